using System.Globalization;
using RedisChat.IntegrationTests.Conformance;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Archive;

/// <summary>What archiving leaves in Redis, when buckets move, and what happens if the archive fails.</summary>
public sealed class ArchiveStorageTests : IAsyncLifetime
{
    private const string Room = "lobby";
    private const string Key = "chatroom:{lobby}";

    private readonly MemoryArchive _archive = new();
    private readonly StoreLog _log = new();
    private RedisProcess _redis = null!;
    private ConnectionMultiplexer _connection = null!;
    private RedisMessageStore _store = null!;
    private Chat _chat = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IDatabase Database => _connection.GetDatabase();

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisProcess.StartAsync();
        _connection = await _redis.ConnectAsync();
        (_store, _chat) = NewStore();
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _connection.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task Old_buckets_move_and_the_newest_two_stay_as_documented()
    {
        await FillAsync(1000);

        await ArchivingStores.ArchiveAsync(_store, Room);

        // Message 1000 is in bucket 7.
        _archive.Of(Room).Select(bucket => bucket.Number).Should().Equal(0, 1, 2, 3, 4, 5);
        var hash = (await Database.HashGetAllAsync(Key)).ToStringDictionary();
        hash["archived"].Should().MatchRegex("^6 [1-9][0-9]{15} [1-9][0-9]{15}$");
        hash["uses"].Should().Be("o");
        (await Database.HashKeysAsync($"{Key}:sealed")).Should().BeEquivalentTo([(RedisValue)6]);
        ((string?)await Database.StringGetAsync($"{Key}:u:alice")).Should().StartWith("769,771,");
        ((string?)await Database.StringGetAsync($"{Key}:u:bob")).Should().StartWith("768,770,");
        (await Database.KeyExistsAsync($"{Key}:u:once")).Should().BeFalse("all of its messages are in the archive");
        (await KeysAsync()).Should().BeEquivalentTo(Key, $"{Key}:sealed", $"{Key}:m:7", $"{Key}:u:alice", $"{Key}:u:bob");
        await AllAreThereAsync(1000);
    }

    [Fact]
    public async Task A_bucket_that_was_put_back_has_a_mark_until_it_is_archived_again()
    {
        await FillAsync(600);
        await ArchivingStores.ArchiveAsync(_store, Room);
        var before = _archive.Of(Room)[0];

        (await _chat.EditAsync(Room, 5, Actor.Application, "edited", cancellationToken: Cancelled))!.Text.Should().Be("edited");

        (await Database.HashKeysAsync($"{Key}:thawed")).Should().BeEquivalentTo([(RedisValue)0]);
        (await Database.HashExistsAsync($"{Key}:sealed", 0)).Should().BeTrue();
        ((string?)await Database.HashGetAsync(Key, "archived")).Should().MatchRegex("^3 [1-9][0-9]{15} [1-9][0-9]{15}$");
        (await _chat.GetAsync(Room, 5, Cancelled))!.Text.Should().Be("edited");

        await ArchivingStores.ArchiveAsync(_store, Room);

        (await Database.KeyExistsAsync($"{Key}:thawed")).Should().BeFalse();
        (await Database.HashExistsAsync($"{Key}:sealed", 0)).Should().BeFalse();
        _archive.Of(Room)[0].Version.Should().BeGreaterThan(before.Version);
        (await _chat.GetAsync(Room, 5, Cancelled))!.Text.Should().Be("edited");
        (await _chat.ReceiveAsync(Room, new MessageQuery(3) { Before = 7 }, Cancelled)).Messages.Select(message => message.Text).Should().Equal("4", "edited", "6");
    }

    [Fact]
    public async Task A_bucket_whose_messages_were_all_deleted_goes_from_the_archive_too()
    {
        await FillAsync(600);
        await ArchivingStores.ArchiveAsync(_store, Room);

        await _chat.Room(Room).DeleteManyAsync(MessageSelection.Between(128, 255), Actor.Application, cancellationToken: Cancelled);

        (await IdsAsync()).Should().Equal(Ids(1, 127).Concat(Ids(256, 600)));
        await ArchivingStores.ArchiveAsync(_store, Room);
        (await IdsAsync()).Should().Equal(Ids(1, 127).Concat(Ids(256, 600)));
        _archive.Of(Room).Select(bucket => bucket.Number).Should().Equal(0, 2);
        (await _chat.GetAsync(Room, 130, Cancelled)).Should().BeNull();
    }

    [Fact]
    public async Task Buckets_that_were_left_open_are_packed_for_the_archive_and_those_that_cannot_be_stay_readable()
    {
        await FillAsync(1000);
        var random = new Random(1);
        await using (var off = new RedisMessageStore(_connection, new RedisStoreOptions { SealAfter = null }))
        {
            await new Chat(off).SendManyAsync(Room, [.. Enumerable.Range(1001, 100).Select(n => new NewMessage("carol", Noise(random)))], Cancelled);
            await new Chat(off).SendManyAsync(Room, [.. Enumerable.Range(1101, 100).Select(n => new NewMessage("carol", Noise(random)))], Cancelled);
        }

        await FillAsync(600);
        (await Database.KeyExistsAsync($"{Key}:m:8")).Should().BeTrue("it would not shrink");
        await Database.HashSetAsync($"{Key}:m:9", "note", "another program's");

        await ArchivingStores.ArchiveAsync(_store, Room);

        (await Database.KeyExistsAsync($"{Key}:m:8")).Should().BeFalse();
        (await Database.KeyExistsAsync($"{Key}:m:9")).Should().BeTrue();
        await AllAreThereAsync(1800);
        var byCarol = await _chat.ReceiveAsync(Room, new MessageQuery(1000) { User = "carol" }, Cancelled);
        byCarol.Messages.Select(message => message.Id).Should().Equal(Ids(1001, 1200));
    }

    [Fact]
    public async Task Messages_move_when_they_are_old_enough()
    {
        await FillAsync(600);
        var policy = new ArchivePolicy { KeepFor = TimeSpan.FromHours(1) };

        var step = await _store.Archiving.ArchiveStepAsync(Room, policy, Cancelled);

        step.Moved.Should().Be(0);
        step.Next.Should().BeCloseTo(TimeSpan.FromHours(1), TimeSpan.FromMinutes(1));
        (await Database.HashExistsAsync(Key, "archived")).Should().BeFalse("nothing may go yet");

        while (await _store.Archiving.ArchiveStepAsync(Room, new ArchivePolicy { KeepFor = TimeSpan.FromMicroseconds(1) }, Cancelled) is { Next: { } next } && next == TimeSpan.Zero)
        {
        }

        _archive.Of(Room).Should().HaveCount(3);
    }

    [Fact]
    public async Task A_room_is_marked_minutes_before_its_first_bucket_goes()
    {
        await FillAsync(600);
        _store.Archiving.Margin = TimeSpan.FromMinutes(6);

        var first = await _store.Archiving.ArchiveStepAsync(Room, new ArchivePolicy { KeepMessages = 1 }, Cancelled);
        var second = await _store.Archiving.ArchiveStepAsync(Room, new ArchivePolicy { KeepMessages = 1 }, Cancelled);

        (first.Moved, second.Moved).Should().Be((0, 0));
        first.Next.Should().Be(TimeSpan.FromMinutes(6));
        second.Next.Should().BeCloseTo(TimeSpan.FromMinutes(6), TimeSpan.FromMinutes(1));
        ((string?)await Database.HashGetAsync(Key, "uses")).Should().Be("o");
        _archive.Calls.Should().BeEmpty();
    }

    [Fact]
    public async Task A_copy_that_is_older_than_a_change_is_not_what_leaves_Redis()
    {
        await FillAsync(600);
        await _store.Archiving.ArchiveStepAsync(Room, new ArchivePolicy { KeepMessages = 1 }, Cancelled);
        _archive.Before = async (call, _) =>
        {
            if (call == "put")
            {
                _archive.Before = null;
                await _chat.EditAsync(Room, 5, Actor.Application, "edited meanwhile", cancellationToken: Cancelled);
            }
        };

        var step = await _store.Archiving.ArchiveStepAsync(Room, new ArchivePolicy { KeepMessages = 1 }, Cancelled);

        step.Moved.Should().Be(0);
        (await Database.HashExistsAsync($"{Key}:sealed", 0)).Should().BeTrue();
        await ArchivingStores.ArchiveAsync(_store, Room);
        (await _chat.GetAsync(Room, 5, Cancelled))!.Text.Should().Be("edited meanwhile");
        await AllAreThereAsync(600);
    }

    [Fact]
    public async Task A_process_that_was_stopped_between_copy_and_put_replaces_no_later_copy()
    {
        await FillAsync(600);
        var (slow, _) = NewStore();
        await using var _slow = slow;
        var (begun, go) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await _store.Archiving.ArchiveStepAsync(Room, new ArchivePolicy { KeepMessages = 1 }, Cancelled);
        _archive.Before = async (call, _) =>
        {
            _archive.Before = null;
            begun.SetResult();
            await go.Task;
        };
        var late = slow.Archiving.ArchiveStepAsync(Room, new ArchivePolicy { KeepMessages = 1 }, Cancelled).AsTask();
        await begun.Task;

        await ArchivingStores.ArchiveAsync(_store, Room);
        await _chat.EditAsync(Room, 5, Actor.Application, "edited", cancellationToken: Cancelled);
        await _chat.DeleteAsync(Room, 6, Actor.Application, cancellationToken: Cancelled);
        await ArchivingStores.ArchiveAsync(_store, Room);
        go.SetResult();
        (await late).Moved.Should().Be(0);

        (await _chat.GetAsync(Room, 5, Cancelled))!.Text.Should().Be("edited");
        (await _chat.GetAsync(Room, 6, Cancelled)).Should().BeNull();
        _log.Of("ArchiveIsAhead").Should().ContainSingle();
    }

    [Fact]
    public async Task Without_the_archive_recent_pages_are_read_and_older_ones_fail_with_an_error_that_says_why()
    {
        await FillAsync(1000);
        await ArchivingStores.ArchiveAsync(_store, Room);
        await using var other = new RedisMessageStore(_connection, new RedisStoreOptions { SealAfter = 1 });
        var chat = new Chat(other);

        (await chat.ReceiveAsync(Room, cancellationToken: Cancelled)).Messages.Should().HaveCount(50);

        (await Assert.ThrowsAsync<ChatArchiveException>(() => chat.ReceiveAsync(Room, new MessageQuery { Before = 300 }, Cancelled))).Message.Should().Contain("AddFileArchive");
        var error = await Assert.ThrowsAsync<ChatArchiveException>(() => chat.GetAsync(Room, 5, Cancelled));
        (error.Room, error.Operation).Should().Be((Room, ChatOperations.Receive));
        await Assert.ThrowsAsync<ChatArchiveException>(() => chat.EditAsync(Room, 5, Actor.Application, "x", cancellationToken: Cancelled));
        await Assert.ThrowsAsync<ChatArchiveException>(() => chat.ReceiveAsync(Room, new MessageQuery(1000) { User = "alice" }, Cancelled));
    }

    [Fact]
    public async Task An_archive_that_fails_removes_nothing_from_Redis_and_fails_only_what_needs_it()
    {
        await FillAsync(1000);
        await _store.Archiving.ArchiveStepAsync(Room, new ArchivePolicy { KeepMessages = 1 }, Cancelled);
        _archive.Before = (_, _) => throw new IOException("The disk is full.");

        var error = await Assert.ThrowsAsync<ChatArchiveException>(() => _store.Archiving.ArchiveStepAsync(Room, new ArchivePolicy { KeepMessages = 1 }, Cancelled).AsTask());

        error.InnerException!.Message.Should().Be("The disk is full.");
        await AllAreThereAsync(1000);

        _archive.Before = null;
        await ArchivingStores.ArchiveAsync(_store, Room);
        _archive.Before = (_, _) => throw new IOException("The disk is gone.");
        (await _chat.ReceiveAsync(Room, cancellationToken: Cancelled)).Messages.Should().HaveCount(50);
        await Assert.ThrowsAsync<ChatArchiveException>(() => _chat.ReceiveAsync(Room, new MessageQuery { Before = 300 }, Cancelled));
        await Assert.ThrowsAsync<ChatArchiveException>(() => _chat.DeleteAsync(Room, 5, Actor.Application, cancellationToken: Cancelled));
        await Assert.ThrowsAsync<ChatArchiveException>(() => _chat.SendAsync(Room, new NewMessage("alice", "a reply") { ReplyTo = 5 }, Cancelled));
        await _chat.SendAsync(Room, new NewMessage("alice", "a reply") { ReplyTo = 999 }, Cancelled);

        _archive.Before = null;
        _archive.Lose(Room, 1);
        (await Assert.ThrowsAsync<ChatArchiveException>(() => _chat.ReceiveAsync(Room, new MessageQuery { Before = 250 }, Cancelled))).Message.Should().Contain("messages 128 to 255").And.Contain("backup");
    }

    [Fact]
    public async Task An_archive_that_hangs_ends_with_the_deadline_of_the_operation_and_holds_nobody_up()
    {
        await FillAsync(1000);
        await ArchivingStores.ArchiveAsync(_store, Room);
        var (other, chat) = NewStore();
        await using var _other = other;
        var impatient = new Chat(other, new ChatOptions { OperationTimeout = TimeSpan.FromMilliseconds(500) }, archive: _archive);

        // It does not even listen to its token.
        _archive.Before = (_, _) => new TaskCompletionSource().Task;

        var reading = Assert.ThrowsAsync<ChatUnavailableException>(() => impatient.ReceiveAsync(Room, new MessageQuery { Before = 300 }, Cancelled));
        (await chat.ReceiveAsync(Room, cancellationToken: Cancelled)).Messages.Should().HaveCount(50);
        await chat.SendAsync(Room, "alice", "hello", Cancelled);
        await reading.WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
    }

    [Fact]
    public async Task Pages_and_sends_above_the_border_cost_what_they_cost_without_an_archive()
    {
        await FillAsync(1000);
        await FillAsync(1000, "plain");
        await ArchivingStores.ArchiveAsync(_store, Room);
        _archive.Calls.Clear();
        foreach (var room in new[] { Room, "plain" })
        {
            // The scripts are loaded, and the rooms are known.
            await CostAsync(room);
        }

        async Task<long> CostAsync(string room)
        {
            var before = await CommandsAsync();
            await _chat.ReceiveAsync(room, cancellationToken: Cancelled);
            await _chat.ReceiveAsync(room, new MessageQuery { Before = 950 }, Cancelled);
            await _chat.GetAsync(room, 900, Cancelled);
            await _chat.SendAsync(room, "alice", "hello", Cancelled);
            await _chat.EditAsync(room, 990, Actor.Application, "edited", cancellationToken: Cancelled);
            return await CommandsAsync() - before;
        }

        (await CostAsync(Room)).Should().Be(await CostAsync("plain"));
        _archive.Calls.Should().BeEmpty();
    }

    [Fact]
    public async Task Old_pages_are_cached_until_something_of_the_room_is_put_back()
    {
        await FillAsync(1000);
        await ArchivingStores.ArchiveAsync(_store, Room);
        await IdsAsync();
        _archive.Calls.Clear();

        await IdsAsync();
        _archive.Calls.Should().BeEmpty();

        var (other, chat) = NewStore();
        await using var _other = other;
        await chat.EditAsync(Room, 5, Actor.Application, "by another process", cancellationToken: Cancelled);
        await ArchivingStores.ArchiveAsync(other, Room);
        (await _chat.GetAsync(Room, 5, Cancelled))!.Text.Should().Be("by another process");
        _archive.Calls.Should().Contain("read");
    }

    [Fact]
    public async Task Replies_reactions_and_edits_of_old_messages_succeed_while_their_buckets_move()
    {
        await FillAsync(1000);
        await ArchivingStores.ArchiveAsync(_store, Room);
        using var end = new CancellationTokenSource();
        var moves = 0;
        var moving = Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                moves += (await _store.Archiving.ArchiveStepAsync(Room, new ArchivePolicy { KeepMessages = 1 }, Cancelled)).Moved;
            }
        });
        var (other, chat) = NewStore();
        await using var _other = other;

        // How often a bucket moves in that time depends on how the two are scheduled.
        var n = 0;
        for (; n < 100 || (Volatile.Read(ref moves) <= 50 && n < 2000); n++)
        {
            var id = 1 + (n * 37 % 700);
            await chat.SendAsync(Room, new NewMessage("bob", "a reply") { ReplyTo = id }, Cancelled);
            (await chat.ReceiveAsync(Room, new MessageQuery(1), Cancelled)).Parents[id].Message!.Id.Should().Be(id);
            (await chat.Room(Room).Reactions.AddAsync(id, "bob", "👍", Cancelled)).Should().ContainSingle();
            (await chat.EditAsync(Room, id, Actor.Application, $"edited {n}", cancellationToken: Cancelled))!.Text.Should().Be($"edited {n}");
            (await _chat.GetAsync(Room, id, Cancelled))!.Text.Should().Be($"edited {n}");
            await Assert.ThrowsAsync<ChatParentNotFoundException>(() => chat.SendAsync(Room, new NewMessage("bob", "a reply") { ReplyTo = 5_000_000 }, Cancelled));
        }

        await end.CancelAsync();
        await moving;
        moves.Should().BeGreaterThan(50);
        await AllAreThereAsync(1000 + n);
    }

    [Fact]
    public async Task A_reply_to_a_deleted_message_in_the_archive_is_refused()
    {
        await FillAsync(600);
        await _chat.DeleteAsync(Room, 5, Actor.Application, cancellationToken: Cancelled);
        await ArchivingStores.ArchiveAsync(_store, Room);

        await Assert.ThrowsAsync<ChatParentNotFoundException>(() => _chat.SendAsync(Room, new NewMessage("bob", "a reply") { ReplyTo = 5 }, Cancelled));
        await Assert.ThrowsAsync<ChatParentNotFoundException>(() => _chat.Room(Room).Thread(5).SendAsync("bob", "a reply", Cancelled));
        (await Database.KeyExistsAsync($"{Key}:thawed")).Should().BeFalse("nothing had to be put back");
        await _chat.Room(Room).Thread(6).SendAsync("bob", "a reply", Cancelled);
    }

    [Fact]
    public async Task The_deletion_of_a_room_removes_it_from_the_archive_and_a_room_of_the_same_name_begins_empty()
    {
        await FillAsync(600);
        await ArchivingStores.ArchiveAsync(_store, Room);

        await _chat.Rooms.DeleteAsync(Room, Actor.Application, cancellationToken: Cancelled);

        _archive.Of(Room).Should().BeEmpty();
        await FillAsync(300);
        (await IdsAsync()).Should().Equal(Ids(1, 300));
        await ArchivingStores.ArchiveAsync(_store, Room);
        (await IdsAsync()).Should().Equal(Ids(1, 300));
    }

    [Fact]
    public async Task A_room_in_the_archive_cannot_be_deleted_by_a_process_without_it_and_the_deletion_can_be_continued()
    {
        await FillAsync(600);
        await ArchivingStores.ArchiveAsync(_store, Room);
        await using var other = new RedisMessageStore(_connection, new RedisStoreOptions { SealAfter = 1 });

        await Assert.ThrowsAsync<ChatArchiveException>(() => new Chat(other).Rooms.DeleteAsync(Room, Actor.Application, cancellationToken: Cancelled));

        _archive.Of(Room).Should().NotBeEmpty();
        await _chat.Rooms.DeleteAsync(Room, Actor.Application, cancellationToken: Cancelled);
        _archive.Of(Room).Should().BeEmpty();
        (await KeysAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task The_memory_of_Redis_depends_on_what_is_kept_and_not_on_the_age_of_the_room()
    {
        await FillAsync(5_000);
        await ArchivingStores.ArchiveAsync(_store, Room);
        var young = await UsedAsync();

        await FillAsync(20_000);
        await ArchivingStores.ArchiveAsync(_store, Room);
        var old = await UsedAsync();

        TestContext.Current.TestOutputHelper?.WriteLine($"{young} bytes with 5,000 messages, {old} with 25,000.");
        (old - young).Should().BeLessThan(100_000, "20,000 sealed messages take more than 1 MB");

        async Task<long> UsedAsync()
        {
            await foreach (var key in _connection.GetServers()[0].KeysAsync(pattern: "*:sent:*"))
            {
                await Database.KeyDeleteAsync(key);
            }

            var memory = await _connection.GetServers()[0].InfoAsync("memory");
            return long.Parse(memory.SelectMany(section => section).Single(entry => entry.Key == "used_memory").Value, CultureInfo.InvariantCulture);
        }
    }

    [Fact]
    public async Task When_memory_is_full_archiving_makes_room()
    {
        await FillAsync(1000);
        await _connection.GetServers()[0].ConfigSetAsync("maxmemory", "1");

        await ArchivingStores.ArchiveAsync(_store, Room);

        _archive.Of(Room).Should().HaveCount(6);
        await AllAreThereAsync(1000);
        await Assert.ThrowsAsync<ChatStoreFullException>(() => _chat.EditAsync(Room, 5, Actor.Application, "longer", cancellationToken: Cancelled));
    }

    [Fact]
    public async Task When_memory_is_full_a_room_in_the_archive_can_be_deleted()
    {
        await FillAsync(1000);
        await ArchivingStores.ArchiveAsync(_store, Room);
        await _connection.GetServers()[0].ConfigSetAsync("maxmemory", "1");

        await _chat.Rooms.DeleteAsync(Room, Actor.Application, cancellationToken: Cancelled);

        _archive.Of(Room).Should().BeEmpty();
        (await KeysAsync()).Should().BeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("6")]
    [InlineData("6 1 x")]
    [InlineData("-1 1 1")]
    public async Task A_border_that_nobody_wrote_is_reported(string border)
    {
        await FillAsync(1000);
        await ArchivingStores.ArchiveAsync(_store, Room);
        await Database.HashSetAsync(Key, "archived", border);

        var error = await Assert.ThrowsAsync<ChatDataException>(() => _chat.ReceiveAsync(Room, new MessageQuery { Before = 300 }, Cancelled));

        (error.Key, error.Field).Should().Be((Key, "archived"));
        await Assert.ThrowsAsync<ChatDataException>(() => _store.Archiving.ArchiveStepAsync(Room, new ArchivePolicy { KeepMessages = 1 }, Cancelled).AsTask());
    }

    [Fact]
    public async Task What_was_trimmed_before_the_first_bucket_went_to_the_archive_is_deleted_and_not_missing_there()
    {
        await FillAsync(300);
        await _chat.SendAsync(Room, new NewMessage("bob", "a reply") { ReplyTo = 5 }, Cancelled);
        await FillAsync(1000);
        while (await ((IMessageStore)_store).GetAbility<IRetentionStore>()!.TrimStepAsync(Room, new RetentionPolicy { MaxMessages = 1000 }, DateTimeOffset.UtcNow, Cancelled) is { Next: { } next } && next == TimeSpan.Zero)
        {
        }

        await ArchivingStores.ArchiveAsync(_store, Room);

        _archive.Of(Room).Select(bucket => bucket.Number).Should().Equal(2, 3, 4, 5, 6, 7, 8);
        var page = await _chat.ReceiveAsync(Room, new MessageQuery(20) { Before = 310 }, Cancelled);
        page.Messages.Select(message => message.Id).Should().Equal(Ids(290, 309));
        page.Parents[5].Message.Should().BeNull();
        (await IdsAsync()).Should().Equal(Ids(256, 1301));
        (await _chat.GetAsync(Room, 5, Cancelled)).Should().BeNull();
        (await _chat.EditAsync(Room, 5, Actor.Application, "edited", cancellationToken: Cancelled)).Should().BeNull();
        (await _chat.DeleteAsync(Room, 5, Actor.Application, cancellationToken: Cancelled)).Should().BeFalse();
        await Assert.ThrowsAsync<ChatParentNotFoundException>(() => _chat.SendAsync(Room, new NewMessage("bob", "a reply") { ReplyTo = 200 }, Cancelled));
    }

    [Fact]
    public async Task A_failover_that_undoes_a_thaw_makes_no_old_content_count_again()
    {
        await FillAsync(600);
        await ArchivingStores.ArchiveAsync(_store, Room);
        var (other, chat) = NewStore();
        await using var _other = other;
        var before = await Database.HashGetAsync(Key, "archived");
        await chat.EditAsync(Room, 5, Actor.Application, "lost", cancellationToken: Cancelled);
        await ArchivingStores.ArchiveAsync(other, Room);
        (await _chat.GetAsync(Room, 5, Cancelled))!.Text.Should().Be("lost", "it is cached");

        // The replica that took over had not heard of it.
        await Database.HashSetAsync(Key, "archived", before);
        await chat.EditAsync(Room, 5, Actor.Application, "kept", cancellationToken: Cancelled);
        await ArchivingStores.ArchiveAsync(other, Room);

        (await _chat.GetAsync(Room, 5, Cancelled))!.Text.Should().Be("kept");
    }

    [Fact]
    public async Task A_restored_Redis_that_moves_buckets_again_makes_no_old_content_count()
    {
        await FillAsync(600);
        var before = await Database.HashGetAllAsync($"{Key}:sealed");
        await ArchivingStores.ArchiveAsync(_store, Room);
        (await _chat.GetAsync(Room, 5, Cancelled))!.Text.Should().Be("5", "it is cached");
        var since = ((string)(await Database.HashGetAsync(Key, "archived"))!).Split(' ')[1];

        await Database.HashSetAsync($"{Key}:sealed", before);
        await Database.HashSetAsync(Key, "archived", $"0 {since} 0");
        var (other, chat) = NewStore();
        await using var _other = other;
        await chat.EditAsync(Room, 5, Actor.Application, "edited", cancellationToken: Cancelled);
        await ArchivingStores.ArchiveAsync(other, Room);

        (await _chat.GetAsync(Room, 5, Cancelled))!.Text.Should().Be("edited");
    }

    [Fact]
    public async Task What_is_put_back_is_what_the_archive_has_and_not_what_is_cached()
    {
        await FillAsync(600);
        await ArchivingStores.ArchiveAsync(_store, Room);
        var before = await Database.HashGetAsync(Key, "archived");
        (await _chat.GetAsync(Room, 5, Cancelled))!.Text.Should().Be("5", "it is cached");
        var (other, chat) = NewStore();
        await using var _other = other;
        await chat.EditAsync(Room, 5, Actor.Application, "edited", cancellationToken: Cancelled);
        await ArchivingStores.ArchiveAsync(other, Room);
        await Database.HashSetAsync(Key, "archived", before);

        await _chat.EditAsync(Room, 6, Actor.Application, "another one", cancellationToken: Cancelled);

        (await _chat.GetAsync(Room, 5, Cancelled))!.Text.Should().Be("edited");
        await ArchivingStores.ArchiveAsync(_store, Room);
        (await chat.GetAsync(Room, 5, Cancelled))!.Text.Should().Be("edited");
    }

    [Fact]
    public async Task A_process_without_the_archive_that_does_not_know_the_room_takes_nothing_there_for_deleted()
    {
        await _chat.SendAsync(Room, new NewMessage("ann", "@bob") { Mentions = [Mention.User("bob")] }, Cancelled);
        await FillAsync(600);
        await _chat.Room(Room).Pins.PinAsync(5, Actor.Application, Cancelled);
        await ArchivingStores.ArchiveAsync(_store, Room);
        Func<Chat, Task>[] calls =
        [
            chat => chat.GetAsync(Room, 5, Cancelled),
            chat => chat.EditAsync(Room, 5, Actor.Application, "x", cancellationToken: Cancelled),
            chat => chat.DeleteAsync(Room, 5, Actor.Application, cancellationToken: Cancelled),
            chat => chat.SendAsync(Room, new NewMessage("bob", "a reply") { ReplyTo = 5 }, Cancelled),
            chat => chat.Room(Room).Thread(5).SendAsync("bob", "a reply", Cancelled),
            chat => chat.Room(Room).Reactions.AddAsync(5, "bob", "👍", Cancelled),
            chat => chat.Room(Room).Pins.ListAsync(Cancelled),
            chat => chat.Room(Room).Mentions.ListAsync("bob", cancellationToken: Cancelled),
        ];

        foreach (var call in calls)
        {
            await using var other = new RedisMessageStore(_connection, new RedisStoreOptions { SealAfter = 1 });
            await Assert.ThrowsAsync<ChatArchiveException>(() => call(new Chat(other)));
        }
    }

    [Fact]
    public async Task Without_an_archive_a_message_that_does_not_exist_costs_one_command_more()
    {
        await FillAsync(600);
        await using var other = new RedisMessageStore(_connection, new RedisStoreOptions { SealAfter = 1 });
        var chat = new Chat(other);
        (await chat.GetAsync(Room, 600, Cancelled))!.Text.Should().Be("600");
        var before = await CommandsAsync();

        (await chat.GetAsync(Room, 5_000_000, Cancelled)).Should().BeNull();

        // Two HGET, and HMGET of the border.
        (await CommandsAsync() - before).Should().Be(3);
    }

    private static IEnumerable<long> Ids(long first, long last) => Enumerable.Range((int)first, (int)(last - first + 1)).Select(id => (long)id);

    private static string Noise(Random random)
    {
        const string Symbols = "!#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~";
        return string.Concat(Enumerable.Range(0, 2000).Select(_ => Symbols[random.Next(Symbols.Length)]));
    }

    private (RedisMessageStore Store, Chat Chat) NewStore()
    {
        var store = new RedisMessageStore(RedisChat.Redis.RedisConnection.Shared(_connection), new RedisStoreOptions { SealAfter = 1 }, null, null, _log);
        var chat = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromSeconds(10) }, archive: _archive);
        (store.Archiving.Margin, store.Archiving.Rest) = (TimeSpan.Zero, TimeSpan.Zero);
        return (store, chat);
    }

    private async Task FillAsync(int count, string room = Room)
    {
        var start = (await _chat.ReceiveAsync(room, new MessageQuery(1), Cancelled)).Position.MessageId;
        for (var sent = 0; sent < count; sent += 100)
        {
            await _chat.SendManyAsync(
                room,
                [.. Enumerable.Range((int)start + sent + 1, Math.Min(100, count - sent)).Select(n => new NewMessage(n == 3 ? "once" : n % 2 == 0 ? "bob" : "alice", n.ToString(CultureInfo.InvariantCulture)))],
                Cancelled);
        }

        await _store.SealedAsync();
    }

    private async Task<List<string>> KeysAsync()
    {
        var keys = new List<string>();
        await foreach (var key in _connection.GetServers()[0].KeysAsync(pattern: $"{Key}*"))
        {
            keys.Add(key!);
        }

        return keys.FindAll(key => !key.Contains(":sent:", StringComparison.Ordinal));
    }

    private async Task<List<long>> IdsAsync()
    {
        var ids = new List<long>();
        await foreach (var message in _chat.ReceiveAllAsync(Room, cancellationToken: Cancelled))
        {
            ids.Add(message.Id);
        }

        return ids;
    }

    private async Task AllAreThereAsync(int count)
    {
        (await IdsAsync()).Should().Equal(Ids(1, count));
        var older = new List<long>();
        long? before = null;
        do
        {
            var page = await _chat.ReceiveAsync(Room, new MessageQuery(70) { Before = before }, Cancelled);
            older.InsertRange(0, page.Messages.Select(message => message.Id));
            before = page.HasOlder ? page.Messages[0].Id : null;
        }
        while (before is not null);

        older.Should().Equal(Ids(1, count));
    }

    /// <summary>All commands that the server has run, including those of scripts.</summary>
    private async Task<long> CommandsAsync()
    {
        var statistics = await _connection.GetServers()[0].InfoAsync("commandstats");
        return statistics.SelectMany(section => section)
            .Where(command => command.Key is not ("cmdstat_info" or "cmdstat_ping"))
            .Sum(command => long.Parse(command.Value.Split("calls=")[1].Split(',')[0], CultureInfo.InvariantCulture));
    }
}
