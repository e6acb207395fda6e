using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Encryption;

/// <summary>What other features, and processes with other settings, do in encrypted rooms.</summary>
public sealed class EncryptionCrossingTests(TestServer server) : IAsyncLifetime
{
    private static readonly Attachment Picture = new() { Kind = "image", Name = "a", MediaType = "image/png", Size = 7, Address = "a" };

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
    public async Task Messages_with_attachments_can_be_deleted_together_though_nobody_wants_notices()
    {
        var chat = _chats.NewChat();
        await chat.SendAsync("lobby", new NewMessage("alice", "one") { Attachments = [Picture] }, Cancelled);

        await chat.Room("lobby").DeleteManyAsync(MessageSelection.Of(1), Actor.Application, cancellationToken: Cancelled);

        (await chat.ReceiveAsync("lobby", null, Cancelled)).Messages.Should().BeEmpty();
        (await Database.KeyExistsAsync(Key(":attachments"))).Should().BeFalse();
    }

    [Fact]
    public async Task A_process_that_still_has_deleted_keys_does_not_store_messages_again()
    {
        var (chat, other) = (_chats.NewChat(), _chats.NewChat());
        await chat.SendAsync("lobby", "alice", "one", Cancelled);
        (await other.GetAsync("lobby", 1, Cancelled))!.Text.Should().Be("one");
        var before = await Database.HashGetAsync(Key(":m:0"), 1);
        await chat.Room("lobby").EncryptionKeys.ShredAsync(Cancelled);

        var error = await Assert.ThrowsAsync<ChatDataException>(() => other.EditAsync("lobby", 1, "alice", "uno", Cancelled));

        error.Message.Should().Contain("does not have");
        (await Database.HashGetAsync(Key(":m:0"), 1)).Should().Be(before);
    }

    [Fact]
    public async Task In_a_room_that_a_process_does_not_choose_encrypted_messages_are_read_and_stay_encrypted()
    {
        await _chats.NewChat().SendManyAsync("lobby", [new("alice", "one"), new("alice", "two"), new("alice", "three")], Cancelled);
        var (reader, editor, deleter) = (_chats.NewChat(_ => false), _chats.NewChat(_ => false), _chats.NewChat(_ => false));

        (await reader.GetAsync("lobby", 1, Cancelled))!.Text.Should().Be("one");
        await editor.EditAsync("lobby", 1, "alice", "uno", Cancelled);
        await deleter.DeleteAsync("lobby", 2, "alice", cancellationToken: Cancelled);

        (await reader.ReceiveAsync("lobby", null, Cancelled)).Messages.Select(message => message.Text).Should().Equal("uno", "three");
        ((string)(await Database.HashGetAsync(Key(":m:0"), 1))!).Should().Contain("\"z\":").And.NotContain("uno");
    }

    [Fact]
    public async Task The_key_of_the_notices_is_wrapped_again_with_those_of_a_room_and_its_lack_is_a_clear_error()
    {
        var store = _chats.Open();
        var chat = new Chat(store);
        ((IMessageStore)store).GetAbility<IAttachmentNoticeStore>()!.KeepNotices();
        await chat.SendAsync("lobby", new NewMessage("alice", "one") { Attachments = [Picture] }, Cancelled);
        await chat.DeleteAsync("lobby", 1, "alice", cancellationToken: Cancelled);

        _chats.Ring.AddMaster();
        (await chat.Room("lobby").EncryptionKeys.RewrapAsync(Cancelled)).Should().Be(2, "the room has a key, and the notices have one");
        _chats.Ring.RemoveFirstMaster();

        (await NoticesAsync(_chats.Open())).Single().Attachments.Should().Equal(Picture);
        (await Assert.ThrowsAsync<ChatDataException>(() => NoticesAsync(_chats.Open(isEncrypted: false)))).Message.Should().Contain("AddEncryption").And.NotContain("HDEL");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(400)]
    public async Task Notices_of_a_room_that_is_deleted_by_a_process_that_no_longer_chooses_it_are_encrypted(int sent)
    {
        var store = _chats.Open();
        ((IMessageStore)store).GetAbility<IAttachmentNoticeStore>()!.KeepNotices();
        await new Chat(store).SendAsync("lobby", new NewMessage("alice", "one") { Attachments = [Picture] }, Cancelled);
        for (var i = 1; i < sent; i++)
        {
            await new Chat(store).SendAsync("lobby", "alice", "more", Cancelled);
        }

        await store.SealedAsync();
        var other = _chats.Open(_ => false);
        ((IMessageStore)other).GetAbility<IAttachmentNoticeStore>()!.KeepNotices();
        await new Chat(other).Rooms.DeleteAsync("lobby", Actor.Application, cancellationToken: Cancelled);

        (await Database.HashValuesAsync(Key(":attachments"))).Should().ContainSingle().Which.ToString().Should().NotContain("image");
        (await NoticesAsync(_chats.Open())).Single().Attachments.Should().Equal(Picture);
    }

    [Fact]
    public async Task A_notice_that_cannot_be_read_does_not_hide_the_others()
    {
        var store = _chats.Open();
        ((IMessageStore)store).GetAbility<IAttachmentNoticeStore>()!.KeepNotices();
        var chat = new Chat(store);
        await chat.SendAsync("lobby", new NewMessage("alice", "one") { Attachments = [Picture] }, Cancelled);
        await chat.DeleteAsync("lobby", 1, "alice", cancellationToken: Cancelled);
        await Database.HashSetAsync(Key(":attachments"), ":2:1:1", (await Database.HashValuesAsync(Key(":attachments")))[0]);

        (await NoticesAsync(store)).Should().ContainSingle().Which.MessageId.Should().Be(1);

        _chats.Log.Of("UnreadableNotice").Should().ContainSingle();
    }

    [Fact]
    public async Task A_ring_that_does_not_work_stops_nobody_whose_keys_are_as_before()
    {
        var chat = _chats.NewChat();
        await chat.SendManyAsync("lobby", [new("alice", "one"), new("alice", "two")], Cancelled);
        var key = (string)(await Database.HashGetAsync(Key(":key"), "current"))!;

        // A message with an unknown key, so that the process reads the keys again.
        var value = ((string)(await Database.HashGetAsync(Key(":m:0"), 2))!).Split('"');
        var at = Array.IndexOf(value, "z") + 2;
        var box = Convert.FromBase64String(value[at]);
        Convert.ToHexString(box[1..5]).Should().BeEquivalentTo(key);
        box[1]++;
        value[at] = Convert.ToBase64String(box);
        await Database.HashSetAsync(Key(":m:0"), 2, string.Join('"', value));
        _chats.Ring.Failure = new IOException("The vault is down.");

        (await Assert.ThrowsAsync<ChatDataException>(() => chat.GetAsync("lobby", 2, Cancelled))).Message.Should().Contain("does not have");
        await chat.SendAsync("lobby", "alice", "three", Cancelled);

        (await chat.ReceiveAsync("lobby", null, Cancelled)).Messages.Select(message => message.Text).Should().Equal("one", "three");
    }

    private static Task<IReadOnlyList<AttachmentNotice>> NoticesAsync(IMessageStore store) => store.GetAbility<IAttachmentNoticeStore>()!.ReadNoticesAsync("lobby", 10, Cancelled).AsTask();
}
