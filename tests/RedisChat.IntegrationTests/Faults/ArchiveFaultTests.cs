using System.Globalization;
using System.Net;
using RedisChat.Faults;
using RedisChat.IntegrationTests.Conformance;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>Processes die while they move messages to the archive or put them back: nothing is lost, nothing is there twice.</summary>
public sealed class ArchiveFaultTests : IDisposable
{
    private const string Text = "as it was sent";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("redischat-archive-");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Archive => Path.Combine(_directory.FullName, "archive");

    private string Keys => Path.Combine(_directory.FullName, "keys");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Wherever_the_upkeep_is_cut_off_each_message_is_there_once_and_the_next_one_goes_on(bool isEncrypted)
    {
        // The claims of the parts of the index, then the steps of the features.
        const int First = 14;
        const int Last = 44;
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();

        // Encrypted buckets are left open here, so they are encrypted for the archive.
        int? sealAfter = isEncrypted ? null : 1;
        await using var store = Open(redis.Configuration, isEncrypted, sealAfter);
        var chat = NewChat(store);
        var moved = new HashSet<long>();
        for (var commands = First; commands <= Last; commands++)
        {
            var room = string.Create(CultureInfo.InvariantCulture, $"room {commands}");
            await FillAsync(chat, store, room, 600);
            await MarkAsync(connection, room, isEncrypted);
            await using (var proxy = new CutProxy(new IPEndPoint(IPAddress.Loopback, redis.Port), "chatroom:"))
            {
                await using var cut = Open($"{proxy.EndPoint},asyncTimeout=1000", isEncrypted, sealAfter);
                using var end = new CancellationTokenSource();
                for (var part = 0; part < 16; part++)
                {
                    await connection.GetDatabase().KeyDeleteAsync($"chatroom:{{directory:{part}}}:upkeep");
                }

                await store.GetAbility<IUpkeepStore>()!.AddRoomAsync(room, null, Cancelled);
                var running = NewChat(cut, TimeSpan.FromMilliseconds(200)).RunUpkeepAsync(Cut(proxy, commands, end.Token));
                await proxy.Cut.WaitAsync(TimeSpan.FromSeconds(60), Cancelled);
                await end.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
            }

            moved.Add(await BelowAsync(connection, room));
            await AllAreThereAsync(chat, room, 600);
            await ArchivingStores.ArchiveAsync(store, room);
            await AllAreThereAsync(chat, room, 600);
            (await BelowAsync(connection, room)).Should().Be(3);
            (await connection.GetDatabase().HashLengthAsync($"chatroom:{{{room}}}:sealed")).Should().Be(isEncrypted ? 0 : 1);
            var epoch = (await chat.ReceiveAsync(room, new MessageQuery(1), Cancelled)).Position.Epoch;
            (await new FileRoomArchive(Archive).ReadAsync(room, epoch, [0, 1, 2], Cancelled)).Select(bucket => SealedBucket.KeyIn(bucket!.Content.Span).HasValue).Should().Equal(isEncrypted, isEncrypted, isEncrypted);
        }

        moved.Should().BeEquivalentTo([0L, 3L], "the cuts come before and after the step");
    }

    [Theory]
    [InlineData("edit", 22)]
    [InlineData("delete", 22)]
    [InlineData("deleteMany", 28)]
    [InlineData("reply", 28)]
    public async Task Wherever_a_change_of_an_archived_message_is_cut_off_it_happened_or_not_and_nothing_else_changed(string change, int mostCommands)
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(connection, new RedisStoreOptions { SealAfter = 1 });
        store.Archiving.Rest = TimeSpan.Zero;
        var chat = NewChat(store);
        var (done, notDone) = (0, 0);
        for (var commands = 0; commands <= mostCommands; commands++)
        {
            var room = string.Create(CultureInfo.InvariantCulture, $"room {commands}");
            await FillAsync(chat, store, room, 400);
            await MarkAsync(connection, room);
            await ArchivingStores.ArchiveAsync(store, room);
            await using (var proxy = new CutProxy(new IPEndPoint(IPAddress.Loopback, redis.Port), "chatroom:"))
            {
                await using var cut = new RedisMessageStore($"{proxy.EndPoint},asyncTimeout=1000", new RedisStoreOptions { SealAfter = 1 });
                var other = NewChat(cut);
                using var end = new CancellationTokenSource();
                proxy.CutAfter(commands);
                Task acting = change switch
                {
                    "edit" => other.EditAsync(room, 5, Actor.Application, "edited", cancellationToken: end.Token),
                    "delete" => other.DeleteAsync(room, 5, Actor.Application, cancellationToken: end.Token),
                    "deleteMany" => other.Room(room).DeleteManyAsync(MessageSelection.Of(5, 200), Actor.Application, cancellationToken: end.Token),
                    _ => other.SendAsync(room, new NewMessage("alice", "a reply") { ReplyTo = 5 }, end.Token),
                };
                await Task.WhenAny(acting, proxy.Cut).WaitAsync(TimeSpan.FromSeconds(60), Cancelled);
                await end.CancelAsync();
                await acting.ContinueWith(static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }

            foreach (var isArchivedAgain in new[] { false, true })
            {
                var all = await AllAsync(chat, room);
                var isDone = change switch
                {
                    "edit" => all.Single(message => message.Id == 5).Text == "edited",
                    "reply" => all.Exists(message => message.Id == 401),
                    _ => !all.Exists(message => message.Id == 5),
                };
                var ids = Enumerable.Range(1, 400).Select(id => (long)id).ToList();
                ids.RemoveAll(id => isDone && ((id == 5 && change is "delete" or "deleteMany") || (id == 200 && change == "deleteMany")));
                all.Where(message => message.Id <= 400).Select(message => message.Id).Should().Equal(ids, "after {0} commands", commands);
                all.Where(message => message.Id is not (5 or 401)).Should().OnlyContain(message => message.Text == Text);
                (done, notDone) = isArchivedAgain ? (done, notDone) : (done + (isDone ? 1 : 0), notDone + (isDone ? 0 : 1));
                await ArchivingStores.ArchiveAsync(store, room);
                (await connection.GetDatabase().KeyExistsAsync($"chatroom:{{{room}}}:thawed")).Should().BeFalse();
            }
        }

        done.Should().BePositive("some cuts come after the change");
        notDone.Should().BePositive("some cuts come before the change");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_processes_that_are_killed_in_a_row_while_others_edit_each_message_is_there_once_as_it_was_left(bool isEncrypted)
    {
        const int Count = 20_000;
        const int Kills = 5;
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        await using var store = Open(redis.Configuration, isEncrypted, sealAfter: 1);
        var chat = NewChat(store);
        await FillAsync(chat, store, "lobby", Count);
        await MarkAsync(connection, "lobby", isEncrypted);
        await store.GetAbility<IUpkeepStore>()!.AddRoomAsync("lobby", null, Cancelled);
        using var end = new CancellationTokenSource();
        var edits = new Dictionary<long, string>();
        var editing = Task.Run(async () =>
        {
            var random = new Random(1);
            while (!end.IsCancellationRequested)
            {
                var (id, text) = (random.NextInt64(1, Count + 1), $"edited {random.Next()}");
                await chat.EditAsync("lobby", id, Actor.Application, text, cancellationToken: Cancelled);
                edits[id] = text;
                if (random.Next(10) == 0)
                {
                    // A reader in the middle of it all.
                    (await chat.ReceiveAsync("lobby", new MessageQuery(100) { Before = 5_000 }, Cancelled)).Messages.Should().HaveCount(100);
                }
            }
        });
        var below = 0L;
        for (var kill = 0; kill < Kills || below < (Count / 128) - 1; kill++)
        {
            // Two at a time, one of which is killed.
            await using var worker = await StartAsync(redis, kill, isEncrypted);
            await using var other = kill % 2 == 0 ? await StartAsync(redis, kill + 1000, isEncrypted) : null;
            var reached = below;
            await Poll.UntilAsync(async () => (below = await BelowAsync(connection, "lobby")) > reached || below >= (Count / 128) - 1 || editing.IsCompleted, "buckets were archived");
            editing.IsCompleted.Should().BeFalse("it goes on until the end: {0}", editing.Exception);
            worker.Kill();
        }

        await end.CancelAsync();
        await editing;
        await CheckAsync();
        store.Archiving.Rest = TimeSpan.Zero;
        await ArchivingStores.ArchiveAsync(store, "lobby");
        await CheckAsync();
        (await connection.GetDatabase().HashLengthAsync("chatroom:{lobby}:sealed")).Should().BeLessThan(3);

        async Task CheckAsync()
        {
            var all = await AllAsync(chat, "lobby");
            all.Select(message => message.Id).Should().Equal(Enumerable.Range(1, Count).Select(id => (long)id));
            all.Where(message => message.Text != edits.GetValueOrDefault(message.Id, Text)).Should().BeEmpty();
        }
    }

    private static CancellationToken Cut(CutProxy proxy, int commands, CancellationToken token)
    {
        proxy.CutAfter(commands);
        return token;
    }

    private Chat NewChat(IMessageStore store, TimeSpan? timeout = null) => new(
        store,
        new ChatOptions
        {
            OperationTimeout = timeout ?? TimeSpan.FromSeconds(10),
            Upkeep = { PollInterval = TimeSpan.FromMilliseconds(100), Lease = TimeSpan.FromSeconds(1) },
            Archive = new ArchivePolicy { KeepMessages = 1 },
        },
        archive: new FileRoomArchive(Archive));

    /// <summary>Marks a room as if that had been done long ago.</summary>
    private static async Task MarkAsync(ConnectionMultiplexer connection, string room, bool isEncrypted = false) =>
        await connection.GetDatabase().HashSetAsync($"chatroom:{{{room}}}", [new("archived", "0 1 0"), new("uses", isEncrypted ? "eo" : "o")]);

    private static async Task<long> BelowAsync(ConnectionMultiplexer connection, string room) =>
        long.Parse(((string)(await connection.GetDatabase().HashGetAsync($"chatroom:{{{room}}}", "archived"))!).Split(' ')[0], CultureInfo.InvariantCulture);

    private static async Task FillAsync(Chat chat, RedisMessageStore store, string room, int count)
    {
        for (var sent = 0; sent < count; sent += 100)
        {
            await chat.SendManyAsync(room, [.. Enumerable.Range(sent, 100).Select(n => new NewMessage(n % 2 == 0 ? "bob" : "alice", Text))], Cancelled);
        }

        await store.SealedAsync();
    }

    private static async Task AllAreThereAsync(Chat chat, string room, int count) =>
        (await AllAsync(chat, room)).Select(message => (message.Id, message.Text)).Should().Equal(Enumerable.Range(1, count).Select(id => ((long)id, Text)));

    private static async Task<List<Message>> AllAsync(Chat chat, string room)
    {
        var all = new List<Message>();
        await foreach (var message in chat.ReceiveAllAsync(room, cancellationToken: Cancelled))
        {
            all.Add(message);
        }

        return all;
    }

    private RedisMessageStore Open(string configuration, bool isEncrypted, int? sealAfter) => new(
        RedisConnection.Own(ConfigurationOptions.Parse(configuration)), new RedisStoreOptions { SealAfter = sealAfter }, null, encryption: isEncrypted ? new ChatEncryption(new FileKeyRing(Keys), null) : null);

    private Task<WorkerProcess> StartAsync(RedisProcess redis, int number, bool isEncrypted) => WorkerProcess.StartAsync(new WorkerOptions
    {
        Sends = false,
        Act = WorkerOptions.Archive,
        Redis = redis.Configuration,
        Rooms = ["lobby"],
        Users = [Archive],
        Keys = isEncrypted ? Keys : "",
        Timeout = TimeSpan.FromSeconds(2),
        Log = Path.Combine(_directory.FullName, string.Create(CultureInfo.InvariantCulture, $"{number} {Guid.NewGuid():n}.log")),
    });
}
