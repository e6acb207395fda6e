using System.Globalization;
using RedisChat.Conformance;
using RedisChat.Faults;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>Processes are killed while they trim a history: each step happens once and whole, and every attachment that goes is reported.</summary>
public sealed class RetentionFaultTests : IDisposable
{
    private const string Room = "lobby";
    private const string Root = "chatroom:{lobby}";
    private const int Bucket = 128;

    private readonly DirectoryInfo _logs = Directory.CreateTempSubdirectory("redischat-retention-");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _logs.Delete(recursive: true);

    [Fact]
    public async Task Of_processes_that_are_killed_in_a_row_each_step_of_a_trim_happens_once()
    {
        const int Batches = 120;
        const int Kills = 10;

        // The newest 128 ids stay in any case, and with them the bucket that the first of them is in.
        const int Below = (Batches - 1) * Bucket;
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(redis.Configuration, new RedisStoreOptions { SealAfter = 1 });
        var chat = new Chat(store, attachments: new Nobody());
        for (var batch = 0; batch < Batches; batch++)
        {
            await chat.SendManyAsync(Room, [.. Enumerable.Range((batch * Bucket) + 1, Bucket).Select(New)], Cancelled);
            await chat.Room(Room).Reactions.AddAsync((batch * Bucket) + 1, "carol", "👍", Cancelled);
        }

        await store.SealedAsync();
        await using var log = new WatchLog(chat.WatchAsync(Room, (await chat.ReceiveAsync(Room, cancellationToken: Cancelled)).Position));
        await log.CaughtUpAsync();
        await chat.Rooms.DescribeAsync(Room, Actor.Application, about => about with { Retention = new RetentionPolicy { MaxMessages = 100 } }, Cancelled);

        var (workers, stops) = (new List<WorkerProcess>(), new List<long>());
        for (var kill = 0; kill < Kills; kill++)
        {
            var before = await FirstAsync(connection);
            workers.Add(await StartAsync(redis, kill));

            // Wherever it is then: in the next step, between two, or done.
            await Poll.UntilAsync(async () => await FirstAsync(connection) > before || before == Below, "the worker has trimmed");
            workers[^1].Kill();
            stops.Add(await FirstAsync(connection));
        }

        workers.Add(await StartAsync(redis, Kills));
        await log.UntilAsync(seen => seen.Events.OfType<RoomEvent.Trimmed>().Any(trimmed => trimmed.Below == Below));
        await Poll.UntilAsync(
            async () => (await ((IMessageStore)store).GetAbility<IAttachmentNoticeStore>()!.ReadNoticesAsync(Room, 1, Cancelled)).Count == 0, "all notices are reported");
        var reported = new HashSet<string>();
        foreach (var worker in workers)
        {
            worker.History.Read();
            worker.History.Events.OfType<Broken>().Should().BeEmpty();
            reported.UnionWith(worker.History.Events.OfType<Acted>().Select(acted => acted.Act));
            await worker.DisposeAsync();
        }

        stops.Count(stop => stop < Below).Should().BeGreaterThan(2, "some are killed in the middle");
        TestContext.Current.TestOutputHelper?.WriteLine($"Killed at {string.Join(", ", stops)} of {Below}.");
        reported.Should().BeEquivalentTo(Enumerable.Range(1, Below - 1).Where(HasAttachment).Select(id => $"{id}"));
        await IsTrimmedAsync(connection, chat, Below, Batches * Bucket);
        var below = log.Events.OfType<RoomEvent.Trimmed>().Select(trimmed => trimmed.Below).ToList();
        below.Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        log.Events.Should().NotContainItemsAssignableTo<RoomEvent.Gap>();
        (await connection.GetDatabase().SortedSetRangeByRankAsync($"{Root}:changed")).Select(entry => ((string)entry!).Split(':')).Where(parts => parts.Length > 1 && parts[1] == "y")
            .Select(parts => long.Parse(parts[2], CultureInfo.InvariantCulture)).Should().Equal(below, "each step is one entry of the change log and one event");
    }

    private static async Task IsTrimmedAsync(ConnectionMultiplexer connection, Chat chat, int below, int last)
    {
        var database = connection.GetDatabase();
        (await database.HashGetAsync(Root, ["first", "deleted", "last"])).Select(value => (long)value).Should().Equal(below, below - 1, last);
        var page = await chat.ReceiveAsync(Room, new MessageQuery(1000), Cancelled);
        page.Messages.Select(message => (message.Id, message.Text)).Should().Equal(Enumerable.Range(below, last - below + 1).Select(id => ((long)id, $"{id}")));
        page.Reactions.Keys.Should().Equal([.. Enumerable.Range(below, last - below + 1).Where(id => id % Bucket == 1).Select(id => (long)id)]);
        foreach (var user in new[] { "alice", "bob" })
        {
            (await chat.ReceiveAsync(Room, new MessageQuery(1000) { User = user }, Cancelled)).Messages.Should().HaveCount(page.Messages.Count(message => message.User == user));
        }

        var keys = new List<string>();
        await foreach (var key in connection.GetServers()[0].KeysAsync(pattern: $"{Root}*"))
        {
            keys.Add(key!);
        }

        keys.Where(key => !key.Contains(":sent:", StringComparison.Ordinal)).Select(key => key[Root.Length..]).Should().BeSubsetOf(
            ["", $":m:{below / Bucket}", $":m:{last / Bucket}", $":r:{below / Bucket}", $":r:{last / Bucket}", ":u:alice", ":u:bob", ":changed", ":sealed", ":about"]);
        (await database.HashKeysAsync($"{Root}:sealed")).Select(bucket => (int)bucket).Should().OnlyContain(bucket => bucket >= below / Bucket);
    }

    private static async Task<long> FirstAsync(ConnectionMultiplexer connection) => (long)await connection.GetDatabase().HashGetAsync(Root, "first");

    private static bool HasAttachment(int id) => id % 64 == 5;

    private static NewMessage New(int id) => new(id % 2 == 0 ? "bob" : "alice", $"{id}")
    {
        Attachments = HasAttachment(id) ? [new Attachment { Kind = "file", Name = "a", MediaType = "text/plain", Size = 1, Address = $"{id}" }] : [],
    };

    private Task<WorkerProcess> StartAsync(RedisProcess redis, int number) => WorkerProcess.StartAsync(new WorkerOptions
    {
        Sends = false,
        Act = WorkerOptions.Release,
        Redis = redis.Configuration,
        Rooms = [Room],
        Users = ["nobody"],
        Timeout = TimeSpan.FromSeconds(2),
        Log = Path.Combine(_logs.FullName, string.Create(CultureInfo.InvariantCulture, $"{number}.log")),
    });

    private sealed class Nobody : IAttachmentStore
    {
        public ValueTask ReleasedAsync(IReadOnlyList<ReleasedAttachment> attachments, CancellationToken cancellationToken = default) => default;
    }
}
