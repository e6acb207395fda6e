using RedisChat.Benchmarks.Memory;
using RedisChat.Benchmarks.Ratios;
using RedisChat.Benchmarks.Send;
using RedisChat.Benchmarks.Texts;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.Benchmarks.Encryption;

/// <summary>What encryption costs: the same sends and pages in encrypted and in plain rooms, in the same rounds; the bytes in Redis; and the calls of processes that send to one room at once.</summary>
internal sealed class EncryptionCost : IMetricGroup
{
    private const int PageSize = 50;
    private const int Messages = 100_000;
    private const int Users = 64;
    private const int ContendedSends = 3000;
    private const int Rooms = 64;
    private const int Readers = 16;

    // A page of 50 that is within one sealed bucket.
    private const long SealedBefore = 180;

    // AES-GCM alone costs 0.8 µs a message in .NET, a third of a plain page: see docs/decisions/0048-encryption-at-rest.md.
    private const double NewestPageBudget = 2.0;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(1.2);

    public string Name => "encryption";

    public bool NeedsOwnServer => true;

    public async Task<IReadOnlyList<Metric>> RunAsync(RunContext run)
    {
        var directory = Directory.CreateTempSubdirectory("redischat");
        try
        {
            return await RunAsync(run, new ChatEncryption(new FileKeyRing(Path.Combine(directory.FullName, "keys")), null));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task<IReadOnlyList<Metric>> RunAsync(RunContext run, ChatEncryption encryption)
    {
        await using var plainStore = Open(run, null);
        await using var encryptedStore = Open(run, encryption);
        var (plain, encrypted) = (new Chat(plainStore), new Chat(encryptedStore));
        var texts = NaturalTexts.Embedded.Messages(seed: 9).Take(512).ToArray();
        var rooms = Enumerable.Range(0, Rooms).Select(_ => run.NewName()).ToArray();
        var single = await Rounds.RunAsync(run, Duration, Sends("encrypted", 1, encrypted), Sends("plain", 1, plain));
        var many = await Rounds.RunAsync(run, Duration, Sends("encrypted", Rooms, encrypted), Sends("plain", Rooms, plain));
        var (plainPage, encryptedPage) = (run.NewName(), run.NewName());
        foreach (var text in texts)
        {
            await plain.SendAsync(plainPage, "alice", text);
            await encrypted.SendAsync(encryptedPage, "alice", text);
        }

        var page = await Rounds.RunAsync(run, Duration, Pages(run, "encrypted", 1, encrypted, encryptedPage), Pages(run, "plain", 1, plain, plainPage));
        var sealedPage = await SealedPagesAsync(run, encryption, texts);
        var pages = await Rounds.RunAsync(run, Duration, Pages(run, "encrypted", Readers, encrypted, encryptedPage), Pages(run, "plain", Readers, plain, plainPage));
        List<Metric> lines =
        [
            Line("send, 1 sender, time", single, Budget.AtMost(1.3)),
            Line($"send, {Rooms} senders in as many rooms, time", many, null),
            Line($"page of {PageSize} from sealed buckets, 1 reader, time", sealedPage, Budget.AtMost(1.3)),
            Line($"newest page of {PageSize}, 1 reader, time", page, Budget.AtMost(NewestPageBudget)),
            Line($"newest page of {PageSize}, {Readers} readers, time", pages, null),
        ];
        foreach (var processes in new[] { 1, 2, 4 })
        {
            run.Progress.Say($"{processes} processes in one room");
            lines.Add(Metric.Absolute(
                $"script calls a send, {processes} processes with 1 sender each in one room", "calls", [await ContendAsync(run, encryption, processes)],
                note: "an encrypted message is bound to its id, so a call after which another process was faster is made again"));
        }

        foreach (var (name, configure) in new (string, Action<RedisStoreOptions>)[] { ("open", SealedHistory.Off), ("sealed", SealedHistory.AtOnce) })
        {
            run.Progress.Say($"memory, {name}");
            var with = await MemoryUse.MeasureAsync(run, NaturalTexts.Embedded, 1, Messages, Users, configure, encryption);
            var without = await MemoryUse.MeasureAsync(run, NaturalTexts.Embedded, 1, Messages, Users, configure);
            lines.Add(Metric.Ratio($"Redis bytes a message, {name}", "B", [with.Lasting], "plain", [without.Lasting]));
        }

        return lines;

        Contender<Load> Sends(string name, int workers, Chat chat) => new(
            name, duration => Load.RunAsync(run, workers, duration, worker => chat.SendAsync($"{name}{rooms[worker]}", "alice", texts[worker])));

    }

    /// <summary>Older history, as people scroll back: one decryption for each bucket, not for each message.</summary>
    private static async Task<Dictionary<string, List<Load>>> SealedPagesAsync(RunContext run, ChatEncryption encryption, string[] texts)
    {
        await using var plainStore = run.NewStore(run.Configuration, SealedHistory.AtOnce);
        await using var encryptedStore = run.NewStore(run.Configuration, SealedHistory.AtOnce, encryption);
        return await Rounds.RunAsync(run, Duration, await FillAsync("encrypted", encryptedStore), await FillAsync("plain", plainStore));

        async Task<Contender<Load>> FillAsync(string name, RedisMessageStore store)
        {
            var (chat, room) = (new Chat(store), run.NewName());
            foreach (var batch in texts.Chunk(ChatLimits.MaxBatchSize))
            {
                await chat.SendManyAsync(room, [.. batch.Select(text => new NewMessage("alice", text))]);
            }

            await store.SealedAsync();
            return Pages(run, name, 1, chat, room, new MessageQuery { Before = SealedBefore });
        }
    }

    private static Contender<Load> Pages(RunContext run, string name, int readers, Chat chat, string room, MessageQuery? query = null) =>
        new(name, duration => Load.RunAsync(run, readers, duration, _ => chat.ReceiveAsync(room, query)));

    private static Metric Line(string what, Dictionary<string, List<Load>> loads, Budget? budget) => Metric.Ratio(
        what, "µs", [.. loads["encrypted"].Select(load => 1e6 / load.PerSecond)], "plain", [.. loads["plain"].Select(load => 1e6 / load.PerSecond)], budget);

    /// <summary>The script calls for each message, if processes send to the same room at the same time.</summary>
    private static async Task<double> ContendAsync(RunContext run, ChatEncryption encryption, int processes)
    {
        var room = run.NewName();
        var connections = await Task.WhenAll(Enumerable.Range(0, processes).Select(_ => ConnectionMultiplexer.ConnectAsync(run.Configuration)));
        var chats = connections.Select(connection => new Chat(new RedisMessageStore(
            RedisConnection.Shared(connection), new RedisStoreOptions { KeyPrefix = run.Prefix, SealAfter = null }, null, null, null, encryption))).ToArray();
        foreach (var chat in chats)
        {
            await chat.SendAsync(room, "alice", "warm up");
        }

        var before = connections.Sum(connection => connection.GetCounters().Interactive.OperationCount);
        await Task.WhenAll(chats.Select(chat => Task.Run(async () =>
        {
            for (var n = 0; n < ContendedSends; n++)
            {
                await chat.SendAsync(room, "alice", "hello");
            }
        })));
        var calls = connections.Sum(connection => connection.GetCounters().Interactive.OperationCount) - before;
        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }

        return (double)calls / (processes * ContendedSends);
    }

    private static RedisMessageStore Open(RunContext run, ChatEncryption? encryption) => run.NewStore(run.Configuration, SealedHistory.Off, encryption);
}
