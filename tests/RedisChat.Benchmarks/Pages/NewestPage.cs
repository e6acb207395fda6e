using System.Globalization;
using System.Text.Json;
using RedisChat.Benchmarks.Ratios;
using RedisChat.Benchmarks.Send;
using RedisChat.Benchmarks.Texts;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.Benchmarks.Pages;

/// <summary>Newest pages per second: every user who opens a room reads one.</summary>
internal sealed class NewestPage : IMetricGroup
{
    private const int PageSize = 50;

    // Of one author, who is one of ten: the tutorial reads an author's messages, all of them, so this is how many it reads too.
    private const int Messages = 500;
    private const int Users = 10;
    private const int Concurrent = 16;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(1);

    public string Name => "page";

    public bool NeedsOwnServer => false;

    public async Task<IReadOnlyList<Metric>> RunAsync(RunContext run)
    {
        var room = run.NewName();
        await using var store = run.NewStore();
        var chat = new Chat(store);
        await FillAsync(run, chat, room);

        var raw = RawRead(run, room);
        var demo = DemoRead(run, room);
        var tutorial = TutorialRead(run, room);
        Contender<Load> Of(string name, int readers, Func<Task> read) =>
            new(name, duration => Load.RunAsync(run, readers, duration, _ => read()));
        Func<Task> ours = () => chat.ReceiveAsync(room);
        var alone = await Rounds.RunAsync(
            run, Duration, Of("RedisChat", 1, ours), Of("HMGET", 1, raw), Of("tutorial", 1, tutorial), Of("sorted-set demo", 1, demo));
        var together = await Rounds.RunAsync(run, Duration, Of("RedisChat", Concurrent, ours), Of("HMGET", Concurrent, raw));
        return
        [
            Line(alone, 1, "HMGET", Budget.AtLeast(0.85), "the same values, not parsed, without the room's position"),
            Line(alone, 1, "tutorial", Budget.AtLeast(20), "an author's ids, then one hash after the other"),
            Line(alone, 1, "sorted-set demo", null, null),
            Line(together, Concurrent, "HMGET", null, null),
        ];
    }

    private static Metric Line(Dictionary<string, List<Load>> loads, int readers, string reference, Budget? budget, string? note) => Metric.Ratio(
        $"newest page of {PageSize}, {readers} {(readers == 1 ? "reader" : "readers")}", "ops/s",
        [.. loads["RedisChat"].Select(load => load.PerSecond)],
        reference,
        [.. loads[reference].Select(load => load.PerSecond)],
        budget,
        note);

    private static async Task FillAsync(RunContext run, Chat chat, string room)
    {
        var texts = NaturalTexts.Embedded.Messages(seed: 3).Take(Messages).ToArray();
        var database = run.Database;
        for (var i = 0; i < Messages; i++)
        {
            var (user, id, text) = ($"user{i % Users:d4}", i + 1, texts[i]);
            var time = 1_795_418_409 + i;
            var json = JsonSerializer.Serialize(new DemoMessage(user, time, text, room));
            await chat.SendAsync(room, user, text);
            await Task.WhenAll(
                database.HashSetAsync($"{run.Prefix}:{room}:{user}", id, text),
                database.HashSetAsync($"{run.Prefix}:{room}:{id}", [new("content", text), new("timestamp", time)]),
                database.SortedSetAddAsync($"{run.Prefix}:demo:{room}", json, time));
        }
    }

    /// <summary>The values of the page by known ids, as stored in their buckets.</summary>
    private static Func<Task> RawRead(RunContext run, string room)
    {
        var scheme = new KeyNames(new HashTagKeyScheme(run.Prefix), database: 0);
        var calls = Enumerable.Range(Messages - PageSize + 1, PageSize)
            .GroupBy(id => id / Buckets.Size)
            .Select(bucket => (Key: (RedisKey)scheme.Bucket(room, bucket.Key), Fields: bucket.Select(id => (RedisValue)id).ToArray()))
            .ToArray();
        var database = run.Database;
        return () => Task.WhenAll(calls.Select(call => database.HashGetAsync(call.Key, call.Fields)));
    }

    /// <summary>N+1: the ids of one author, and then each message. The author has exactly a page of them.</summary>
    private static Func<Task> TutorialRead(RunContext run, string room)
    {
        var database = run.Database;
        var key = $"{run.Prefix}:{room}";
        return async () =>
        {
            var messages = new List<(long Id, string? Text, long Time)>();
            foreach (var entry in await database.HashGetAllAsync($"{key}:user0000"))
            {
                var id = (long)entry.Name;
                var fields = (await database.HashGetAllAsync($"{key}:{id}")).ToDictionary();
                messages.Add((id, fields["content"], (long)fields["timestamp"]));
            }

            if (messages.Count != PageSize)
            {
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{messages.Count} messages are no page."));
            }
        };
    }

    private static Func<Task> DemoRead(RunContext run, string room)
    {
        var database = run.Database;
        var key = $"{run.Prefix}:demo:{room}";
        return async () =>
        {
            if (await database.KeyExistsAsync(key))
            {
                var rows = await database.SortedSetRangeByRankAsync(key, 0, PageSize - 1, Order.Descending);
                _ = Array.ConvertAll(rows, row => JsonSerializer.Deserialize<DemoMessage>((string)row!));
            }
        };
    }
}
