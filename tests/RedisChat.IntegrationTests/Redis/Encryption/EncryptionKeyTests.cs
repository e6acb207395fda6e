using System.Security.Cryptography;
using RedisChat.Conformance;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Encryption;

/// <summary>The data keys of rooms and users: creating, rotating, rewrapping, deleting and lacking them.</summary>
public sealed class EncryptionKeyTests(TestServer server) : IAsyncLifetime
{
    private EncryptedChats _chats = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IDatabase Database => server.Connection.GetDatabase();

    public ValueTask InitializeAsync()
    {
        _chats = new EncryptedChats(server.Configuration!);
        return default;
    }

    public ValueTask DisposeAsync() => _chats.DisposeAsync();

    private string Key(string part = "", string room = "lobby") => $"{_chats.Prefix}:{{{room}}}{part}";

    [Fact]
    public async Task Processes_that_create_a_rooms_key_at_once_agree_on_one()
    {
        var chats = Enumerable.Range(0, 4).Select(_ => _chats.NewChat()).ToList();
        for (var n = 0; n < 20; n++)
        {
            var room = $"room {n}";
            await Task.WhenAll(chats.Select(chat => chat.SendAsync(room, "alice", "hello", Cancelled)));

            (await Database.HashLengthAsync(Key(":key", room))).Should().Be(2, "there is one key, and its name as the present one");
            (await chats[0].ReceiveAsync(room, null, Cancelled)).Messages.Should().HaveCount(4).And.OnlyContain(message => message.Text == "hello");
        }
    }

    [Fact]
    public async Task A_process_that_dies_between_its_rooms_key_and_first_message_leaves_a_key_that_the_next_one_uses()
    {
        // What such a process leaves: the key, and nothing else.
        var dying = _chats.Open();
        await ((IMessageStore)dying).GetAbility<IEncryptionStore>()!.RotateKeyAsync("lobby", Cancelled);
        await dying.DisposeAsync();
        var left = await Database.HashGetAllAsync(Key(":key"));

        var chat = _chats.NewChat();
        await chat.SendAsync("lobby", "alice", "hello", Cancelled);

        (await Database.HashGetAllAsync(Key(":key"))).Should().BeEquivalentTo(left);
        (await _chats.NewChat().GetAsync("lobby", 1, Cancelled))!.Text.Should().Be("hello");
    }

    [Fact]
    public async Task Rotation_happens_while_others_send_and_watch_and_loses_nothing()
    {
        var (sender, other, rotator, reader) = (_chats.NewChat(), _chats.NewChat(), _chats.NewChat(), _chats.NewChat());
        await using var watch = reader.WatchAsync("lobby", RoomPosition.Start, Cancelled).GetAsyncEnumerator(Cancelled);
        var sending = Task.WhenAll(new[] { sender, other }.Select(async (chat, sender) =>
        {
            for (var n = 0; n < 200; n++)
            {
                await chat.SendAsync("lobby", "alice", $"text {sender} {n}", Cancelled);
                if (n % 20 == 19)
                {
                    await chat.EditAsync("lobby", 1, "alice", $"edit {n}", Cancelled);
                }
            }
        }));
        var rotations = 0;
        while (!sending.IsCompleted)
        {
            await rotator.Room("lobby").EncryptionKeys.RotateAsync(Cancelled);
            rotations++;
        }

        await sending;
        var seen = new List<Message>();
        while (seen.Count < 400 && await watch.MoveNextAsync())
        {
            if (watch.Current is RoomEvent.Created created)
            {
                seen.Add(created.Message);
            }
        }

        rotations.Should().BeGreaterThan(3);
        (await Database.HashLengthAsync(Key(":key"))).Should().BeInRange(rotations + 1, rotations + 2, "the first key was created by a sender or by the first rotation");
        var stored = new List<Message>();
        await foreach (var message in _chats.NewChat().ReceiveAllAsync("lobby", cancellationToken: Cancelled))
        {
            stored.Add(message);
        }

        var texts = Enumerable.Range(0, 2).SelectMany(sender => Enumerable.Range(0, 200).Select(n => $"text {sender} {n}"));
        stored.Where(message => message.Id > 1).Concat(seen.Where(message => message.Id == 1)).Select(message => message.Text).Where(text => !text.StartsWith("edit", StringComparison.Ordinal))
            .Should().BeSubsetOf(texts).And.HaveCountGreaterThanOrEqualTo(399).And.OnlyHaveUniqueItems();
        seen.Select(message => message.Id).Should().Equal(Enumerable.Range(1, 400).Select(id => (long)id));
        stored.Single(message => message.Id == 1).Text.Should().Be("edit 199");
    }

    [Fact]
    public async Task After_a_rotation_new_messages_have_the_new_key_and_old_ones_stay_readable()
    {
        var (chat, other) = (_chats.NewChat(), _chats.NewChat());
        await chat.SendAsync("lobby", new NewMessage("alice", "one") { IdempotencyKey = "k" }, Cancelled);
        await other.ReceiveAsync("lobby", null, Cancelled);
        var before = await Database.HashGetAsync(Key(":key"), "current");

        await chat.Room("lobby").EncryptionKeys.RotateAsync(Cancelled);
        var duplicate = await other.SendAsync("lobby", new NewMessage("alice", "one") { IdempotencyKey = "k" }, Cancelled);
        await other.SendAsync("lobby", "alice", "two", Cancelled);
        await chat.EditAsync("lobby", 1, "alice", "uno", Cancelled);

        var now = await Database.HashGetAsync(Key(":key"), "current");
        now.Should().NotBe(before);
        (await KeyOfAsync(1)).Should().Be(now.ToString());
        (await KeyOfAsync(2)).Should().Be(now.ToString());
        duplicate.IsDuplicate.Should().BeTrue("the digests have a key that is not rotated");
        foreach (var reader in new[] { chat, other, _chats.NewChat() })
        {
            (await reader.ReceiveAsync("lobby", null, Cancelled)).Messages.Select(message => message.Text).Should().Equal("uno", "two");
        }
    }

    [Fact]
    public async Task The_master_key_can_be_changed_without_touching_messages()
    {
        var chat = _chats.NewChat();
        await chat.SendAsync("lobby", "alice", "one", Cancelled);
        await chat.Room("lobby").EncryptionKeys.RotateAsync(Cancelled);
        await chat.SendAsync("lobby", "alice", "two", Cancelled);
        var bucket = await Database.HashGetAllAsync(Key(":m:0"));

        _chats.Ring.AddMaster();
        (await chat.Room("lobby").EncryptionKeys.RewrapAsync(Cancelled)).Should().Be(2);
        (await chat.Room("lobby").EncryptionKeys.RewrapAsync(Cancelled)).Should().Be(0);
        _chats.Ring.RemoveFirstMaster();

        (await Database.HashGetAllAsync(Key(":m:0"))).Should().Equal(bucket);
        (await _chats.NewChat().ReceiveAsync("lobby", null, Cancelled)).Messages.Select(message => message.Text).Should().Equal("one", "two");
    }

    [Fact]
    public async Task Deleting_the_keys_makes_messages_unreadable_and_later_ones_get_a_new_key()
    {
        var chat = _chats.NewChat();
        await chat.SendAsync("lobby", "alice", "one", Cancelled);
        var other = _chats.NewChat();
        await other.SendAsync("lobby", "alice", "two", Cancelled);

        (await chat.Room("lobby").EncryptionKeys.ShredAsync(Cancelled)).Should().BeTrue();
        (await chat.Room("lobby").EncryptionKeys.ShredAsync(Cancelled)).Should().BeFalse();

        // This process still has the key. It must not use it.
        await other.SendAsync("lobby", "alice", "three", Cancelled);
        foreach (var reader in new[] { chat, _chats.NewChat() })
        {
            var page = await reader.ReceiveAsync("lobby", null, Cancelled);
            page.Messages.Select(message => message.Text).Should().Equal("three");
            page.Unreadable.Select(value => value.Id).Should().BeEquivalentTo([1L, 2L]);
            var error = await Assert.ThrowsAsync<ChatDataException>(() => reader.GetAsync("lobby", 1, Cancelled));
            error.Message.Should().Contain(Key(":key")).And.Contain("does not have");
        }
    }

    [Fact]
    public async Task A_user_whose_key_is_deleted_loses_the_drafts()
    {
        var chat = _chats.NewChat();
        await chat.User("alice").Drafts.SaveAsync("lobby", "one", cancellationToken: Cancelled);
        await chat.User("bob").Drafts.SaveAsync("lobby", "two", cancellationToken: Cancelled);

        (await chat.User("alice").EncryptionKeys.ShredAsync(Cancelled)).Should().BeTrue();

        var error = await Assert.ThrowsAsync<ChatDataException>(() => chat.User("alice").Drafts.GetAsync("lobby", Cancelled));
        (error.Key, error.Field).Should().Be((Key(":drafts", "user:alice"), "lobby"));
        (await chat.User("bob").Drafts.GetAsync("lobby", Cancelled))!.Text.Should().Be("two");
        await chat.User("alice").Drafts.SaveAsync("lobby", "three", cancellationToken: Cancelled);
        (await chat.User("alice").Drafts.GetAsync("lobby", Cancelled))!.Text.Should().Be("three");
    }

    [Fact]
    public async Task Deleting_a_room_deletes_its_keys_and_the_next_room_of_that_name_has_others()
    {
        var (chat, other) = (_chats.NewChat(), _chats.NewChat());
        await chat.SendAsync("lobby", "alice", "one", Cancelled);
        await other.SendAsync("lobby", "alice", "two", Cancelled);
        var before = await Database.HashGetAsync(Key(":key"), "current");

        await chat.Rooms.DeleteAsync("lobby", Actor.Application, cancellationToken: Cancelled);
        (await Database.KeyExistsAsync(Key(":key"))).Should().BeFalse();
        await other.SendAsync("lobby", "alice", "three", Cancelled);

        (await Database.HashGetAsync(Key(":key"), "current")).Should().NotBe(before);
        (await _chats.NewChat().ReceiveAsync("lobby", null, Cancelled)).Messages.Select(message => message.Text).Should().Equal("three");
    }

    [Fact]
    public async Task A_ring_without_the_master_key_is_a_clear_error_and_the_page_survives()
    {
        await _chats.NewChat(room => room == "lobby").SendAsync("lobby", "alice", "one", Cancelled);
        var chat = _chats.NewChat(keys: new TestKeyRing());

        var page = await chat.ReceiveAsync("lobby", null, Cancelled);
        var read = await Assert.ThrowsAsync<ChatDataException>(() => chat.GetAsync("lobby", 1, Cancelled));
        var sent = await Assert.ThrowsAsync<ChatDataException>(() => chat.SendAsync("lobby", "alice", "two", Cancelled));

        page.Unreadable.Should().ContainSingle().Which.Id.Should().Be(1);
        read.Message.Should().Contain("master key");
        (read.Key, read.Field).Should().Be((Key(":m:0"), "1"));
        sent.Message.Should().Contain("master key");
        (sent.Key, sent.Field).Should().Be((Key(":key"), (string)(await Database.HashGetAsync(Key(":key"), "current"))!));
        sent.InnerException.Should().BeAssignableTo<CryptographicException>();
        _chats.Log.Of("DataKeyUnusable").Should().NotBeEmpty();
        (await Database.HashLengthAsync(Key(":m:0"))).Should().Be(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_ring_that_does_not_work_at_present_is_asked_again(bool isCanceled)
    {
        var chat = _chats.NewChat(options: new ChatOptions { OperationTimeout = TimeSpan.FromSeconds(30) });
        _chats.Ring.Failure = isCanceled ? new TaskCanceledException("The vault did not answer within its own timeout.") : new IOException("The vault is down.");
        var sending = chat.SendAsync("lobby", "alice", "one", Cancelled);
        await Poll.UntilAsync(() => Task.FromResult(_chats.Ring.Calls > 2), "the ring was called several times");
        sending.IsCompleted.Should().BeFalse();

        _chats.Ring.Failure = null;

        (await sending).Id.Should().Be(1);
    }

    [Fact]
    public async Task The_ring_is_called_once_for_each_room_and_process_not_for_each_message()
    {
        var chat = _chats.NewChat();
        await chat.SendAsync("lobby", "alice", "one", Cancelled);
        var calls = _chats.Ring.Calls;

        for (var n = 0; n < 20; n++)
        {
            await chat.SendAsync("lobby", "alice", "more", Cancelled);
            await chat.Room("lobby").Thread(1).SendAsync("bob", "reply", Cancelled);
            await chat.ReceiveAsync("lobby", null, Cancelled);
        }

        _chats.Ring.Calls.Should().Be(calls);
    }

    private async Task<string> KeyOfAsync(long id)
    {
        var value = (string)(await Database.HashGetAsync(Key(":m:0"), id))!;
        var box = Convert.FromBase64String(value.Split("\"z\":\"")[1].Split('"')[0]);
        return Convert.ToHexString(box[1..5]).ToLowerInvariant();
    }
}
