using System.Diagnostics;
using RedisChat.Benchmarks.Servers;
using StackExchange.Redis;

namespace RedisChat.Benchmarks.ReadMarkers;

/// <summary>What it costs to mark, and to read a user's rooms, by what is unread in them. A table on standard output; starts its own redis-server.</summary>
internal static class ReadMarkerCommand
{
    private const int Rooms = 200;
    private const int Messages = 300;
    private const int Rounds = 50;

    private static readonly long[] Deleted = [50, 150, 290];

    public static async Task<int> RunAsync()
    {
        await using var server = await RedisServer.StartAsync();
        var configuration = ConfigurationOptions.Parse(server.Configuration);
        configuration.AllowAdmin = true;
        await using var connection = await ConnectionMultiplexer.ConnectAsync(configuration);
        var figures = new ServerFigures(connection);
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(server.Configuration));
        var chat = new Chat(store);
        var rooms = Enumerable.Range(0, Rooms).Select(n => $"room {n}").ToList();
        foreach (var room in rooms)
        {
            for (var sent = 0; sent < Messages; sent += 100)
            {
                await chat.SendManyAsync(room, [.. Enumerable.Range(sent, 100).Select(n => new NewMessage(n % 10 == 0 ? "alice" : "bob", new string('x', 120)))]);
            }
        }

        foreach (var (name, after) in new[] { ("0 unread", 0), ("9 unread", 10), ("72 unread", 80), ("99+ unread", Messages) })
        {
            foreach (var room in rooms)
            {
                await chat.Room(room).ReadMarkers.MarkReadAsync("alice", Messages);
                if (after > 0)
                {
                    await chat.Room(room).ReadMarkers.MarkUnreadAsync("alice", Messages - after + 1);
                }
            }

            await MeasureAsync(name, store, figures, rooms);
        }

        // One message of each bucket is missing, so a count must look at the ids.
        foreach (var room in rooms)
        {
            await Task.WhenAll(Deleted.Select(id => chat.DeleteAsync(room, id, Actor.Application)));
        }

        await MeasureAsync("99+ unread, with deletions", store, figures, rooms);
        await MeasureMarksAsync(chat, figures);
        return 0;
    }

    private static async Task MeasureAsync(string name, RedisMessageStore store, ServerFigures figures, List<string> rooms)
    {
        var markers = ((IMessageStore)store).GetAbility<IReadMarkerStore>()!;
        var read = await markers.ReadUserRoomsAsync("alice", rooms);
        var (cpu, watch) = (await figures.ProcessorMicrosAsync(), Stopwatch.StartNew());
        for (var round = 0; round < Rounds; round++)
        {
            read = await markers.ReadUserRoomsAsync("alice", rooms);
        }

        var elapsed = watch.Elapsed.TotalMicroseconds / Rounds;
        Console.WriteLine(
            $"{name} ({read[0].Unread}): {Rooms} rooms in {elapsed / 1000:0.0} ms; redis-server {(await figures.ProcessorMicrosAsync() - cpu) / (double)(Rounds * Rooms):0.0} µs a room");
    }

    private static async Task MeasureMarksAsync(Chat chat, ServerFigures figures)
    {
        var room = chat.Room("room 0").ReadMarkers;
        var cpu = await figures.ProcessorMicrosAsync();
        const int Marks = 20_000;
        foreach (var batch in Enumerable.Range(0, Marks).Chunk(200))
        {
            await Task.WhenAll(batch.Select(n => room.MarkReadAsync($"user {n / Messages}", (n % Messages) + 1)));
        }

        Console.WriteLine($"mark: redis-server {(await figures.ProcessorMicrosAsync() - cpu) / (double)Marks:0.0} µs");
    }
}
