using System.Diagnostics;
using System.Globalization;
using RedisChat.Benchmarks.Servers;
using RedisChat.Benchmarks.Texts;
using StackExchange.Redis;

namespace RedisChat.Benchmarks.Archive;

/// <summary>
/// One room that grows while its old messages move to an archive in files: what Redis holds of it, how fast messages move, and how long reads take. A table on standard output; starts its own redis-server.
/// </summary>
internal static class ArchiveCommand
{
    private const string Room = "room";
    private const int Users = 50;
    private const int Kept = 20_000;
    private const int BatchesAtOnce = 8;
    private const int Milestones = 10;
    private const int Reads = 200;

    public static async Task<int> RunAsync(int messages)
    {
        var directory = Directory.CreateTempSubdirectory("redischat-archive-");
        try
        {
            await using var server = await RedisServer.StartAsync();
            await using var connection = await ConnectionMultiplexer.ConnectAsync($"{server.Configuration},allowAdmin=true");

            // Nothing is sealed in between, so this also packs what it moves.
            await using var store = new RedisMessageStore(server.Configuration, new RedisStoreOptions { SealAfter = null });
            store.Archiving.Margin = TimeSpan.Zero;
            var chat = new Chat(store, new ChatOptions { Archive = new ArchivePolicy { KeepMessages = Kept } }, archive: new FileRoomArchive(directory.FullName));
            await FillAsync(chat, store, connection, directory, messages);
            await ReadAsync(chat, messages);
        }
        finally
        {
            directory.Delete(recursive: true);
        }

        return 0;
    }

    private static async Task FillAsync(Chat chat, RedisMessageStore store, ConnectionMultiplexer connection, DirectoryInfo directory, int messages)
    {
        string[] texts = [.. NaturalTexts.Embedded.Messages(1).Take(50_000)];
        var (sent, moving, archived) = (0, new Stopwatch(), 0L);
        Console.WriteLine("messages | in Redis, MB | bytes of Redis a message | keys | archive, bytes a message | moved, messages/s");
        for (var milestone = 1; milestone <= Milestones; milestone++)
        {
            while (sent < (long)messages * milestone / Milestones)
            {
                for (var round = 0; round < 10; round++)
                {
                    var first = sent;
                    await Task.WhenAll(Enumerable.Range(0, BatchesAtOnce).Select(batch => chat.SendManyAsync(
                        Room, [.. Enumerable.Range(first + (batch * 100), 100).Select(n => new NewMessage($"user{n % Users:d4}", texts[n % texts.Length]))])));
                    sent += BatchesAtOnce * 100;
                }

                moving.Start();
                archived += await ArchiveAsync(store);
                moving.Stop();
            }

            await foreach (var key in connection.GetServers()[0].KeysAsync(pattern: "*:sent:*"))
            {
                await connection.GetDatabase().ExecuteAsync("DEL", key);
            }

            var used = await UsedAsync(connection);
            var files = directory.EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
            var keys = await connection.GetServers()[0].DatabaseSizeAsync();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{sent:#,0} | {used / 1e6:0.0} | {used / (double)sent:0.0} | {keys} | {files / Math.Max(archived * 128.0, 1):0.0} | {archived * 128 / moving.Elapsed.TotalSeconds:#,0}"));
        }
    }

    private static async Task<long> ArchiveAsync(RedisMessageStore store)
    {
        var moved = 0L;
        while (await store.Archiving.ArchiveStepAsync(Room, new ArchivePolicy { KeepMessages = Kept }) is var step && (moved += step.Moved) >= 0 && step.Next == TimeSpan.Zero)
        {
        }

        return moved;
    }

    private static async Task ReadAsync(Chat chat, int messages)
    {
        var random = new Random(1);
        await TimeAsync("newest page", () => chat.ReceiveAsync(Room));
        await TimeAsync("a page anywhere in the archive", () => chat.ReceiveAsync(Room, new MessageQuery { Before = random.Next(1000, messages - Kept - 1000) }));
        await TimeAsync("a user's page anywhere in the archive", () => chat.ReceiveAsync(Room, new MessageQuery { User = "user0007", Before = random.Next(1000, messages - Kept - 1000) }));
        await TimeAsync("an edit anywhere in the archive", () => chat.EditAsync(Room, random.Next(1000, messages - Kept - 1000), Actor.Application, "edited", cancellationToken: default));
        var watch = Stopwatch.StartNew();
        var (count, next) = (0, 1L);
        await foreach (var message in chat.ReceiveAllAsync(Room))
        {
            count++;
            next = message.Id == next ? next + 1 : throw new InvalidOperationException($"Message {next} is missing: {message.Id} follows.");
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"all history: {count:#,0} messages, none missing, {count / watch.Elapsed.TotalSeconds:#,0} messages/s"));
    }

    private static async Task TimeAsync(string name, Func<Task> read)
    {
        var times = new List<double>();
        for (var n = 0; n < Reads; n++)
        {
            var start = Stopwatch.GetTimestamp();
            await read();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {times[Reads / 2]:0.00} ms (median), {times[Reads * 99 / 100]:0.00} ms (p99)"));
    }

    private static async Task<long> UsedAsync(ConnectionMultiplexer connection)
    {
        var memory = await connection.GetServers()[0].InfoAsync("memory");
        return memory.SelectMany(section => section).Where(entry => entry.Key == "used_memory").Select(entry => long.Parse(entry.Value, CultureInfo.InvariantCulture)).Single();
    }
}
