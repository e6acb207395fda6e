using System.Diagnostics;
using System.Globalization;
using RedisChat.Benchmarks.Servers;
using RedisChat.Benchmarks.Texts;
using RedisChat.Search.Sqlite;

namespace RedisChat.Benchmarks.Search;

/// <summary>How fast the index of messages is filled, how large it becomes, and how long searches take. A table on standard output; starts its own redis-server.</summary>
internal static class SearchCommand
{
    private const int Rooms = 10;
    private const int MessagesARoom = 10_000;
    private const int Searches = 200;

    public static async Task<int> RunAsync()
    {
        var directory = Directory.CreateTempSubdirectory("redischat-search-");
        try
        {
            await using var server = await RedisServer.StartAsync();
            await using var store = new RedisMessageStore(server.Configuration);
            using var index = new SqliteMessageIndex(Path.Combine(directory.FullName, "search.db"));
            await RunAsync(new Chat(store, index: index), index, directory);
        }
        finally
        {
            directory.Delete(recursive: true);
        }

        return 0;
    }

    private static async Task RunAsync(Chat chat, SqliteMessageIndex index, DirectoryInfo directory)
    {
        var rooms = Enumerable.Range(0, Rooms).Select(number => $"room {number}").ToList();
        await Task.WhenAll(rooms.Select(async (room, seed) =>
        {
            var texts = NaturalTexts.Embedded.Messages(seed).GetEnumerator();
            for (var sent = 0; sent < MessagesARoom; sent += 100)
            {
                await chat.SendManyAsync(room, [.. Enumerable.Range(sent, 100).Select(n => new NewMessage($"user {n % 50}", Next(texts)))]);
            }
        }));

        var watch = Stopwatch.StartNew();
        using var end = new CancellationTokenSource();
        var feeding = FeedAsync(chat, rooms, end.Token);
        await Task.WhenAll(rooms.Select(room => CaughtUpAsync(chat, index, room)));
        Print("indexed", Rooms * MessagesARoom / watch.Elapsed.TotalSeconds, "messages/s");

        var live = Stopwatch.StartNew();
        for (var n = 0; n < 200; n++)
        {
            var receipt = await chat.SendAsync(rooms[0], "user 1", $"live {n}");
            while (await index.ReadPositionAsync(rooms[0]) is not { } position || position.MessageId < receipt.Id)
            {
                await Task.Yield();
            }
        }

        Print("from a send to its index, one after another", live.Elapsed.TotalMilliseconds / 200, "ms");
        await end.CancelAsync();
        await feeding;
        Print("files", directory.GetFiles().Sum(file => file.Length) / (double)(Rooms * MessagesARoom), "bytes/message");

        await SearchAsync(chat, "a frequent word", new MessageSearch("the "));
        await SearchAsync(chat, "the beginning of a word", new MessageSearch("wh"));
        await SearchAsync(chat, "two words", new MessageSearch("house the"));
        await SearchAsync(chat, "a word in one room", new MessageSearch("the ") { Rooms = [rooms[0]] });
        await SearchAsync(chat, "a word of one author", new MessageSearch("the ") { User = "user 7" });
        await SearchAsync(chat, "a word that nobody wrote", new MessageSearch("zzzzzz "));
    }

    private static async Task SearchAsync(Chat chat, string name, MessageSearch search)
    {
        var times = new List<double>();
        var found = 0;
        for (var n = 0; n < Searches; n++)
        {
            var start = Stopwatch.GetTimestamp();
            found = (await chat.User("user 1").Search.FindAsync(search)).Hits.Count;
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"search for {name}: {times[Searches / 2]:0.0} ms (median), {times[Searches * 99 / 100]:0.0} ms (p99), {found} hits"));
    }

    private static async Task FeedAsync(Chat chat, List<string> rooms, CancellationToken cancellationToken)
    {
        try
        {
            await chat.RunIndexAsync(new IndexingOptions { Rooms = _ => NamedAsync() }, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // It ends.
        }

        async IAsyncEnumerable<string> NamedAsync()
        {
            await Task.CompletedTask;
            foreach (var room in rooms)
            {
                yield return room;
            }
        }
    }

    private static async Task CaughtUpAsync(Chat chat, SqliteMessageIndex index, string room)
    {
        var position = (await chat.ReceiveAsync(room)).Position;
        while (await index.ReadPositionAsync(room) != position)
        {
            await Task.Delay(10);
        }
    }

    private static string Next(IEnumerator<string> texts)
    {
        texts.MoveNext();
        return texts.Current;
    }

    private static void Print(string name, double figure, string unit) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {figure:#,0.##} {unit}"));
}
