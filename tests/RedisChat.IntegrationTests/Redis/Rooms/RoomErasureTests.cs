using System.Diagnostics;
using System.Globalization;
using RedisChat.Conformance;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Rooms;

/// <summary>A deleted room leaves no key: the whole keyspace of a server of its own is scanned.</summary>
public sealed class RoomErasureTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("lobby", "lobby:", "lobby2", "lobb")]
    [InlineData("l*[o]?^\\by", "l*[o]?^\\byx", "loooo", "lxo")]
    [InlineData("{lobby}:%", "lobby", "{lobby}", "%")]
    public async Task No_key_of_a_deleted_room_is_left_and_none_of_another_room_is_missing(string room, params string[] others)
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(connection, new RedisStoreOptions { SealAfter = 1 });
        var chat = new Chat(store);
        foreach (var other in others)
        {
            await FillAsync(chat, store, other, messages: 3);
        }

        var before = await KeysAsync(connection);
        await FillAsync(chat, store, room, messages: 700);
        (await KeysAsync(connection)).Should().HaveCountGreaterThan(before.Count + 15);

        await chat.Rooms.DeleteAsync(room, "olga", cancellationToken: Cancelled);

        (await KeysAsync(connection)).Should().BeEquivalentTo(before);
        foreach (var other in others)
        {
            await chat.Rooms.DeleteAsync(other, Actor.Application, cancellationToken: Cancelled);
        }

        (await KeysAsync(connection)).Should().BeEmpty();
    }

    // docs/guarantees.md has figures for a million.
    private static int Messages => int.Parse(Environment.GetEnvironmentVariable("REDISCHAT_LARGE_ROOM") ?? "100000", CultureInfo.InvariantCulture);

    [Fact]
    public async Task A_large_room_is_deleted_in_small_steps_with_progress()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(connection);
        var chat = new Chat(store);
        var batch = Enumerable.Range(0, ChatLimits.MaxBatchSize).Select(n => new NewMessage($"user {n % 20}", "a message of some length, as people write them")).ToList();
        for (var sent = 0; sent < Messages; sent += batch.Count)
        {
            await chat.SendManyAsync("lobby", batch, Cancelled);
        }

        await store.SealedAsync();
        var reports = new List<RoomDeletion>();
        var watch = Stopwatch.StartNew();

        var done = await chat.Rooms.DeleteAsync("lobby", Actor.Application, new Reports(reports), Cancelled);

        TestContext.Current.TestOutputHelper?.WriteLine($"{done.Total} messages deleted in {watch.Elapsed.TotalMilliseconds:0} ms and {reports.Count} steps.");
        done.Total.Should().BeGreaterThanOrEqualTo(Messages);
        done.Done.Should().Be(done.Total);
        reports.Count.Should().BeGreaterThan(5);
        (await KeysAsync(connection)).Should().BeEmpty();
    }

    [Fact]
    public async Task An_interrupted_deletion_is_continued_where_it_was_by_the_one_who_began_it_or_the_application()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(connection);
        var chat = new Chat(store);
        await FillAsync(chat, store, "lobby", messages: 128 * 300);
        var reports = new List<RoomDeletion>();
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => chat.Rooms.DeleteAsync("lobby", "olga", new Reports(reports, () => _ = reports.Count == 3 ? stop.CancelAsync() : Task.CompletedTask), stop.Token));

        await using var other = new RedisMessageStore(connection);
        var rooms = new Chat(other).Rooms;
        (await rooms.GetInfoAsync("lobby", Cancelled)).Should().Be(new RoomInfo { Id = "lobby", IsBeingDeleted = true });
        var page = await rooms.ListAsync(cancellationToken: Cancelled);
        (page.Rooms.Count, page.BeingDeleted.Single()).Should().Be((0, "lobby"));
        (await Assert.ThrowsAsync<ChatForbiddenException>(() => rooms.DeleteAsync("lobby", "mia", cancellationToken: Cancelled))).Reason.Should().Be(ForbiddenReason.RoomDeleted);
        foreach (var write in new Func<Task>[]
        {
            () => chat.SendAsync("lobby", "olga", "hello", Cancelled),
            () => chat.SendManyAsync("lobby", [new NewMessage("olga", "hello"), new NewMessage("olga", "again") { IdempotencyKey = "k" }], Cancelled),
            () => chat.Room("lobby").Members.JoinAsync("alice", Cancelled),
            () => chat.Room("lobby").Rules.ChangeAsync(Actor.Application, rules => rules with { SlowMode = TimeSpan.FromSeconds(1) }, Cancelled),
            () => rooms.CreateAsync("lobby", RoomAbout.None, cancellationToken: Cancelled),
            () => rooms.RenameAsync("lobby", "new", Actor.Application, Cancelled),
            () => chat.Room("lobby").Presence.EnterAsync("olga", Cancelled),
            () => chat.Room("lobby").ReadMarkers.MarkReadAsync("olga", 1, Cancelled),
        })
        {
            (await Assert.ThrowsAsync<ChatForbiddenException>(write)).Reason.Should().Be(ForbiddenReason.RoomDeleted);
        }

        (await new Chat(other).ReceiveAsync("lobby", new MessageQuery { User = "olga" }, Cancelled)).Messages.Should().BeEmpty();
        (await chat.Room("lobby").ReadMarkers.GetUnreadAsync("olga", Cancelled)).Should().Be(default(UnreadCount));
        (await chat.User("olga").Inbox.ListAsync(cancellationToken: Cancelled)).Should().BeEquivalentTo(new InboxPage { Rooms = [] });
        (await chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Should().BeEquivalentTo(new MessagePage { Messages = [], Position = RoomPosition.Start });

        var continued = new List<RoomDeletion>();
        await rooms.DeleteAsync("lobby", Actor.Application, new Reports(continued), Cancelled);

        continued[0].Done.Should().BeGreaterThanOrEqualTo(reports[^1].Done).And.BeGreaterThan(0);
        (await KeysAsync(connection)).Should().BeEmpty();
    }

    [Fact]
    public async Task Several_processes_can_delete_a_room_at_once_while_others_create_it_again()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(connection);
        await using var other = new RedisMessageStore(connection);
        Chat[] chats = [new(store), new(other)];
        for (var round = 0; round < 10; round++)
        {
            await FillAsync(chats[0], store, "lobby", messages: 300);
            var deleting = Enumerable.Range(0, 4).Select(n => chats[n % 2].Rooms.DeleteAsync("lobby", Actor.Application, cancellationToken: Cancelled)).ToList();
            await Task.WhenAny(deleting);
            var receipt = await SendAsync(chats[1]);
            await Task.WhenAll(deleting);

            // A deletion that began after the send may have deleted it; one that had begun before must not.
            var info = await chats[0].Rooms.GetInfoAsync("lobby", Cancelled);
            (info.Exists ? info.LastMessageId : receipt.Id).Should().Be(receipt.Id);
            await chats[0].Rooms.DeleteAsync("lobby", Actor.Application, cancellationToken: Cancelled);
            (await KeysAsync(connection)).Should().BeEmpty();
        }

        static async Task<MessageReceipt> SendAsync(Chat chat)
        {
            while (true)
            {
                try
                {
                    return await chat.SendAsync("lobby", "bob", "new", Cancelled);
                }
                catch (ChatForbiddenException e) when (e.Reason == ForbiddenReason.RoomDeleted)
                {
                    // Not yet.
                }
            }
        }
    }

    [Fact]
    public async Task A_cursor_of_one_deletion_does_nothing_to_another()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(connection);
        var chat = new Chat(store);
        var rooms = (IRoomDirectoryStore)((IMessageStore)store).GetAbility(typeof(IRoomDirectoryStore))!;
        var cursors = new List<string>();
        await FillAsync(chat, store, "lobby", messages: 300);
        for (var step = await rooms.DeleteRoomAsync("lobby", Actor.Application, null, Cancelled); step.Cursor is { } cursor;)
        {
            cursors.Add(cursor);
            step = await rooms.DeleteRoomAsync("lobby", Actor.Application, cursor, Cancelled);
        }

        cursors.Should().HaveCountGreaterThan(2);
        await FillAsync(chat, store, "lobby", messages: 300);
        await rooms.DeleteRoomAsync("lobby", Actor.Application, null, Cancelled);
        var before = await KeysAsync(connection);

        foreach (var cursor in cursors)
        {
            (await rooms.DeleteRoomAsync("lobby", Actor.Application, cursor, Cancelled)).Should().Be(new RoomDeletion(0, 0));
        }

        (await KeysAsync(connection)).Should().BeEquivalentTo(before);
        await chat.Rooms.DeleteAsync("lobby", Actor.Application, cancellationToken: Cancelled);
        (await KeysAsync(connection)).Should().NotContain(key => key.Contains("{lobby}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_room_can_be_deleted_when_memory_is_full()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(connection);
        var chat = new Chat(store);
        await FillAsync(chat, store, "lobby", messages: 300);
        await connection.GetServers()[0].ConfigSetAsync("maxmemory", "1mb");
        await Assert.ThrowsAsync<ChatStoreFullException>(() => chat.SendAsync("lobby", "olga", new string('x', 1000), Cancelled));

        await chat.Rooms.DeleteAsync("lobby", "olga", cancellationToken: Cancelled);

        (await KeysAsync(connection)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_watcher_that_missed_the_event_ends_when_the_probe_finds_the_room_being_deleted()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(connection, new RedisStoreOptions { LiveProbeInterval = TimeSpan.FromMilliseconds(200) });
        await new Chat(store).SendAsync("lobby", "alice", "hello", Cancelled);
        await using var log = new WatchLog(store.WatchAsync("lobby", new WatchOptions { MaxCatchUp = 0 }, Cancelled));
        await log.CaughtUpAsync();

        var epoch = await connection.GetDatabase().HashGetAsync("chatroom:{lobby}", "epoch");
        await connection.GetDatabase().HashSetAsync("chatroom:{lobby}", [new("epoch", "!"), new("gone", $"{epoch} {{}}")]);

        await log.UntilAsync(seen => seen.Events[^1] is RoomEvent.RoomDeleted);
    }

    [Fact]
    public async Task A_forged_event_ends_no_watcher()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(connection);
        var chat = new Chat(store);
        var position = (await chat.SendAsync("lobby", "alice", "hello", Cancelled)).Position;
        await using var log = new WatchLog(store.WatchAsync("lobby", cancellationToken: Cancelled));
        await log.CaughtUpAsync();

        await connection.GetSubscriber().PublishAsync(
            RedisChannel.Literal("chatroom:{lobby}:live"), $"x {position.Epoch:x} 1 {position.Stamp} {position.Stamp + 1} 0 room\n{{}}");
        await chat.SendAsync("lobby", "alice", "still here", Cancelled);

        await log.UntilAsync(seen => seen.Events[^1] is RoomEvent.Created { Message.Text: "still here" });
        log.Events.Should().NotContain(happened => happened is RoomEvent.RoomDeleted);
    }

    private static async Task FillAsync(Chat chat, RedisMessageStore store, string id, int messages)
    {
        await chat.Rooms.CreateAsync(id, new RoomAbout { Name = "any" }, owner: "olga", cancellationToken: Cancelled);
        var room = chat.Room(id);
        for (var sent = 0; sent < messages; sent += ChatLimits.MaxBatchSize)
        {
            await room.SendManyAsync(
                [.. Enumerable.Range(sent, Math.Min(ChatLimits.MaxBatchSize, messages - sent)).Select(n => new NewMessage($"user:{n % 9}", "hello") { IdempotencyKey = $"{n}" })], Cancelled);
        }

        // An author all of whose messages are deleted, reactions, a pin, a limit, and somebody who was here.
        var ghost = await room.SendAsync("ghost", "boo", Cancelled);
        await room.DeleteAsync(ghost.Id, "ghost", cancellationToken: Cancelled);
        await room.Reactions.AddAsync(1, "olga", "👍", Cancelled);
        await room.Pins.PinAsync(1, "olga", Cancelled);
        await room.Members.BanAsync("mallory", "olga", cancellationToken: Cancelled);
        await room.Rules.ChangeAsync("olga", rules => rules with { SlowMode = TimeSpan.FromHours(1) }, Cancelled);
        await room.SendAsync("slow", "hello", Cancelled);
        await (await room.Presence.EnterAsync("olga", Cancelled)).DisposeAsync();
        await store.SealedAsync();
        await store.DirectoryKeptAsync();
    }

    private static async Task<List<string>> KeysAsync(ConnectionMultiplexer connection)
    {
        var keys = new List<string>();
        await foreach (var key in connection.GetServers()[0].KeysAsync(pageSize: 10_000))
        {
            // What belongs to a user stays: the list of rooms, which does not name the room any more.
            if (!key.ToString().StartsWith("chatroom:{user:", StringComparison.Ordinal))
            {
                keys.Add(key!);
            }
        }

        return keys;
    }

    private sealed class Reports(List<RoomDeletion> all, Action? reported = null) : IProgress<RoomDeletion>
    {
        public void Report(RoomDeletion value)
        {
            all.Add(value);
            reported?.Invoke();
        }
    }
}
