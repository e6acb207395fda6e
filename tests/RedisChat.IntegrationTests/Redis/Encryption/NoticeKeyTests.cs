using System.Collections.Concurrent;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Encryption;

/// <summary>Notices of attachments, which have a key of their own for all rooms.</summary>
public sealed class NoticeKeyTests(TestServer server) : IAsyncLifetime
{
    private EncryptedChats _chats = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IDatabase Database => server.Connection.GetDatabase();

    private RedisKey Keys => $"{_chats.Prefix}:{{user:%}}:key";

    public ValueTask InitializeAsync()
    {
        _chats = new EncryptedChats(server.Configuration!);
        return default;
    }

    public ValueTask DisposeAsync() => _chats.DisposeAsync();

    [Theory]
    [InlineData("one")]
    [InlineData("many")]
    [InlineData("edit")]
    [InlineData("room")]
    public async Task After_its_key_was_deleted_a_process_that_still_has_it_writes_notices_with_a_new_one(string how)
    {
        var store = await BegunAsync("lobby");
        await Database.KeyDeleteAsync(Keys);

        await ReleaseAsync(new Chat(store), "lobby", how);

        // The first notice is lost.
        var notices = await NoticesAsync(_chats.Open(), "lobby");
        notices.Select(notice => notice.MessageId).Should().Contain(2).And.NotContain(1);
        _chats.Log.Of("UnreadableNotice").Should().ContainSingle();
    }

    [Theory]
    [InlineData("one")]
    [InlineData("many")]
    [InlineData("edit")]
    [InlineData("room")]
    public async Task After_a_rotation_by_another_process_notices_have_the_new_key_and_all_are_read(string how)
    {
        var store = await BegunAsync("lobby");
        await ((IMessageStore)_chats.Open()).GetAbility<IEncryptionStore>()!.RotateKeyAsync(UserScope.All, Cancelled);

        await ReleaseAsync(new Chat(store), "lobby", how);

        var now = (string?)await Database.HashGetAsync(Keys, "current");
        var notices = await NoticesAsync(_chats.Open(), "lobby");
        notices.Select(notice => notice.MessageId).Should().Contain([1, 2]);
        foreach (var notice in notices)
        {
            var value = await Database.HashGetAsync($"{_chats.Prefix}:{{lobby}}:attachments", notice.Id);
            DataKey.NameOf(EncryptedText.KeyIn(((ReadOnlyMemory<byte>)value).Span)!.Value).Equals(now, StringComparison.Ordinal).Should().Be(notice.MessageId != 1);
        }
    }

    [Fact]
    public async Task The_notices_of_a_room_are_read_after_the_rooms_own_keys_were_deleted()
    {
        var store = await BegunAsync("lobby");
        await new Chat(store).Room("lobby").EncryptionKeys.ShredAsync(Cancelled);

        (await NoticesAsync(_chats.Open(), "lobby")).Single().MessageId.Should().Be(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_room_is_not_deleted_by_a_process_that_cannot_tell_what_its_messages_refer_to(bool isSealed)
    {
        await using var chats = new EncryptedChats(server.Configuration!, sealAfter: 1);
        var store = chats.Open();
        ((IMessageStore)store).GetAbility<IAttachmentNoticeStore>()!.KeepNotices();
        var chat = new Chat(store);
        for (var sent = 0; sent < (isSealed ? 300 : 3); sent += 3)
        {
            await chat.SendManyAsync("lobby", [New("lobby"), New("lobby"), New("lobby")], Cancelled);
        }

        await store.SealedAsync();

        (await Assert.ThrowsAsync<ChatDataException>(() => DeleteAsync(chats.NewChat(isEncrypted: false)))).Message.Should().Contain("AddEncryption");
        (await Assert.ThrowsAsync<ChatDataException>(() => DeleteAsync(chats.NewChat(keys: new TestKeyRing())))).Message.Should().Contain("master key");
        await DeleteAsync(chats.NewChat());

        var notices = await chats.Open().GetAbility<IAttachmentNoticeStore>()!.ReadNoticesAsync("lobby", 1000, Cancelled);
        notices.Select(notice => notice.MessageId).Should().BeEquivalentTo(Enumerable.Range(1, isSealed ? 300 : 3).Select(id => (long)id));

        static Task DeleteAsync(Chat chat) => chat.Rooms.DeleteAsync("lobby", Actor.Application, cancellationToken: Cancelled);
    }

    [Fact]
    public async Task A_room_whose_keys_were_deleted_can_be_deleted()
    {
        var chat = new Chat(await BegunAsync("lobby"));
        await chat.Room("lobby").EncryptionKeys.ShredAsync(Cancelled);

        await _chats.NewChat().Rooms.DeleteAsync("lobby", Actor.Application, cancellationToken: Cancelled);

        (await chat.Rooms.GetInfoAsync("lobby", Cancelled)).Exists.Should().BeFalse();
    }

    [Fact]
    public async Task A_room_whose_notices_cannot_be_read_is_reported_and_neither_its_other_work_nor_other_rooms_wait()
    {
        var (database, expires) = (Database, $"{_chats.Prefix}:{{lost}}:expires");
        var store = await BegunAsync("lost");
        await BegunAsync("mixed");
        var chat = new Chat(store);
        await chat.SendAsync("lost", new NewMessage("alice", "brief") { ExpiresAfter = ChatLimits.MinMessageLife }, Cancelled);
        await database.SortedSetAddAsync(expires, (await database.SortedSetRangeByRankAsync(expires)).Single(), 1);
        await database.KeyDeleteAsync(Keys);
        await chat.DeleteAsync("mixed", 2, "alice", cancellationToken: Cancelled);
        var others = Enumerable.Range(0, 20).Select(n => $"other {n}").ToList();
        foreach (var other in others)
        {
            await BegunAsync(other);
        }

        var (recorder, options) = (new Recorder(), new ChatOptions { Upkeep = { PollInterval = TimeSpan.FromMilliseconds(100) } });
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var upkeep = new Chat(_chats.Open(), options, logger: _chats.Log, attachments: recorder).RunUpkeepAsync(end.Token);

        await Poll.UntilAsync(() => Task.FromResult(others.Append("mixed").All(recorder.Rooms.Contains)), "the notices of all other rooms are reported");
        await Poll.UntilAsync(() => Task.FromResult(Errors().Any(error => error.Message.Contains("{lost}:attachments", StringComparison.Ordinal))), "that of the room is an error");
        await Poll.UntilAsync(async () => await database.SortedSetLengthAsync(expires) == 0, "the expired message is deleted");
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upkeep);

        recorder.Rooms.Should().NotContain("lost");
        Errors().Should().AllBeOfType<ChatDataException>().And.OnlyContain(error => error.Message.Contains((string)Keys!) && error.Message.Contains("does not have"));
        (await database.HashLengthAsync($"{_chats.Prefix}:{{lost}}:attachments")).Should().Be(1, "it stays, in case the key is restored");

        IEnumerable<Exception> Errors() => _chats.Log.Of("UpkeepFailed").Select(entry => entry.Error!);
    }

    /// <summary>A process that has written the notice of the first of three messages.</summary>
    private async Task<RedisMessageStore> BegunAsync(string room)
    {
        var store = _chats.Open();
        ((IMessageStore)store).GetAbility<IAttachmentNoticeStore>()!.KeepNotices();
        var chat = new Chat(store);
        await chat.SendManyAsync(room, [New(room), New(room), New(room)], Cancelled);
        await chat.DeleteAsync(room, 1, "alice", cancellationToken: Cancelled);
        return store;
    }

    /// <summary>Has the second message release its attachments, and perhaps the third.</summary>
    private static async Task ReleaseAsync(Chat chat, string room, string how)
    {
        switch (how)
        {
            case "one":
                await chat.DeleteAsync(room, 2, "alice", cancellationToken: Cancelled);
                break;
            case "many":
                await chat.Room(room).DeleteManyAsync(MessageSelection.Of(2, 3), Actor.Application, cancellationToken: Cancelled);
                break;
            case "edit":
                await chat.EditAsync(room, 2, "alice", new MessageEdit("none") { Attachments = [] }, Cancelled);
                break;
            default:
                await chat.Rooms.DeleteAsync(room, Actor.Application, cancellationToken: Cancelled);
                break;
        }
    }

    private static NewMessage New(string room) =>
        new("alice", "text") { Attachments = [new Attachment { Kind = "image", Name = "a", MediaType = "image/png", Size = 7, Address = room }] };

    private static Task<IReadOnlyList<AttachmentNotice>> NoticesAsync(IMessageStore store, string room) => store.GetAbility<IAttachmentNoticeStore>()!.ReadNoticesAsync(room, 10, Cancelled).AsTask();

    private sealed class Recorder : IAttachmentStore
    {
        private readonly ConcurrentDictionary<string, bool> _rooms = new();

        public ICollection<string> Rooms => _rooms.Keys;

        public ValueTask ReleasedAsync(IReadOnlyList<ReleasedAttachment> attachments, CancellationToken cancellationToken = default)
        {
            foreach (var released in attachments)
            {
                _rooms[released.Room] = true;
            }

            return default;
        }
    }
}
