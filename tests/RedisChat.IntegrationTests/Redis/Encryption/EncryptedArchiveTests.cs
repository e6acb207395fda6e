using System.Text;
using RedisChat.IntegrationTests.Redis.Archive;
using RedisChat.Redis;

namespace RedisChat.IntegrationTests.Redis.Encryption;

/// <summary>Rooms that are encrypted and archived: nothing leaves Redis in plain text, and what cannot be decrypted is neither lost nor in the way.</summary>
public sealed class EncryptedArchiveTests(TestServer server)
{
    private const int Sent = 700;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_stored_before_the_room_was_encrypted_is_encrypted_for_the_archive(bool isSealed)
    {
        await using var chats = new EncryptedChats(server.Require(), sealAfter: isSealed ? 1 : null);
        var before = chats.Open(isEncrypted: false);
        await FillAsync(new Chat(before), 300);
        await before.SealedAsync();
        var archive = new MemoryArchive();
        var (store, chat) = Open(chats, archive);
        await FillAsync(chat, Sent - 300);
        await store.SealedAsync();

        await ArchiveAsync(store);

        ShouldBeEncrypted(archive, 4);
        archive.Of("lobby").Should().OnlyContain(bucket => bucket.Users.Contains("alice") && bucket.Users.Contains("bob"));
        (await chat.ReceiveAsync("lobby", new MessageQuery(Sent) { After = 0 }, Cancelled)).Messages.Should().HaveCount(Sent).And.OnlyContain(message => message.Text == $"marker {message.Id}");
        (await chat.ReceiveAsync("lobby", new MessageQuery(100) { User = "bob", Before = 300 }, Cancelled)).Messages.Should().HaveCount(100).And.OnlyContain(message => message.Text == $"marker {message.Id}");
    }

    [Fact]
    public async Task A_process_without_the_keys_archives_nothing_and_says_why()
    {
        await using var chats = new EncryptedChats(server.Require(), sealAfter: 1);
        var (store, chat) = Open(chats, new MemoryArchive());
        await FillAsync(chat, Sent);
        await store.SealedAsync();
        var archive = new MemoryArchive();
        var (lacksRing, _) = Open(chats, archive, isEncrypted: false);
        var (lacksMaster, _) = Open(chats, archive, keys: new TestKeyRing());

        (await Assert.ThrowsAsync<ChatDataException>(() => ArchiveAsync(lacksRing))).Message.Should().Contain("AddEncryption");
        (await Assert.ThrowsAsync<ChatDataException>(() => ArchiveAsync(lacksMaster))).Message.Should().Contain("master key");

        archive.Calls.Should().BeEmpty();
        (await server.Connection.GetDatabase().HashExistsAsync($"{chats.Prefix}:{{lobby}}", "archived")).Should().BeFalse("the room was not even marked");
    }

    [Fact]
    public async Task Archived_messages_whose_key_was_deleted_are_unreadable_and_the_rest_of_the_page_is_there()
    {
        await using var chats = new EncryptedChats(server.Require(), sealAfter: 1);
        var archive = new MemoryArchive();
        var (store, chat) = Open(chats, archive);
        await FillAsync(chat, Sent);
        await store.SealedAsync();
        await ArchiveAsync(store);
        var moved = archive.Of("lobby").Count;
        (await chat.Room("lobby").EncryptionKeys.ShredAsync(Cancelled)).Should().BeTrue();

        var (reader, late) = Open(chats, archive);
        await FillAsync(late, 20);

        var page = await late.ReceiveAsync("lobby", new MessageQuery(50) { After = 0 }, Cancelled);
        page.Unreadable.Select(value => value.Id).Should().Contain(1L).And.Contain(200L);
        page.Messages.Select(message => message.Id).Should().Equal(Enumerable.Range(Sent + 1, 20).Select(id => (long)id));
        (await late.ReceiveAsync("lobby", new MessageQuery(50) { User = "bob" }, Cancelled)).Messages.Should().HaveCount(10);
        foreach (var failing in new Func<Task>[]
        {
            () => late.GetAsync("lobby", 5, Cancelled), () => late.EditAsync("lobby", 5, "alice", "other", cancellationToken: Cancelled),
        })
        {
            (await Assert.ThrowsAsync<ChatDataException>(failing)).Message.Should().Contain("does not have").And.Contain($"{chats.Prefix}:{{lobby}}:key");
        }

        await Assert.ThrowsAnyAsync<ChatException>(() => late.SendAsync("lobby", new NewMessage("alice", "reply") { ReplyTo = 5 }, Cancelled));
        (await server.Connection.GetDatabase().KeyExistsAsync($"{chats.Prefix}:{{lobby}}:thawed")).Should().BeFalse("nothing is put back that cannot be changed");

        // Buckets in Redis that cannot be read stay there. What came later moves, encrypted with the new key.
        await FillAsync(late, 600);
        await reader.SealedAsync();
        await ArchiveAsync(reader);
        archive.Of("lobby").Count.Should().BeGreaterThan(moved);
        (await late.ReceiveAsync("lobby", new MessageQuery(10) { Before = Sent + 300 }, Cancelled)).Messages.Should().HaveCount(10);

        // Retention takes the unreadable ones along.
        await TrimAsync(reader, 400);
        await ArchiveAsync(reader);
        archive.Of("lobby").Should().OnlyContain(bucket => bucket.Number > Buckets.Of(Sent));
    }

    [Fact]
    public async Task A_key_that_was_added_by_another_process_is_found_for_archiving_and_for_reading_the_archive()
    {
        await using var chats = new EncryptedChats(server.Require(), sealAfter: 1);
        var archive = new MemoryArchive();
        var (store, chat) = Open(chats, archive);
        var (sealer, other) = Open(chats, archive);
        var (_, reader) = Open(chats, archive);
        await FillAsync(chat, 1);
        (await other.GetAsync("lobby", 1, Cancelled)).Should().NotBeNull();
        (await reader.ReceiveAsync("lobby", null, Cancelled)).Messages.Should().ContainSingle();
        await other.Room("lobby").EncryptionKeys.RotateAsync(Cancelled);
        await FillAsync(other, Sent);
        await sealer.SealedAsync();

        await ArchiveAsync(store);

        ShouldBeEncrypted(archive, 4);
        (await reader.ReceiveAsync("lobby", new MessageQuery(100) { After = 0 }, Cancelled)).Messages.Should().HaveCount(100);
        (await reader.ReceiveAsync("lobby", new MessageQuery(100) { User = "bob", Before = 400 }, Cancelled)).Messages.Should().HaveCount(100);
        Encoding.UTF8.GetString([.. archive.Of("lobby").SelectMany(bucket => bucket.Content.ToArray())]).Should().NotContain("marker");
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("open")]
    [InlineData("sealed")]
    public async Task A_key_that_is_rotated_between_the_copy_and_the_move_makes_no_message_unreadable(string state)
    {
        await using var chats = new EncryptedChats(server.Require(), sealAfter: state == "sealed" ? 1 : null);
        var directory = Directory.CreateTempSubdirectory("redischat-archive-");
        var archive = new InterruptedArchive(new FileRoomArchive(directory.FullName));
        var (store, chat) = Open(chats, archive);
        if (state == "plain")
        {
            await FillAsync(new Chat(chats.Open(isEncrypted: false)), Sent - 20);
        }

        await FillAsync(chat, state == "plain" ? 20 : Sent);
        await store.SealedAsync();
        var policy = new ArchivePolicy { KeepMessages = 100 };
        (await store.Archiving.ArchiveStepAsync("lobby", policy, Cancelled)).Moved.Should().Be(0, "the room is marked first");
        var first = await KeyAsync();
        archive.Before("put", () => new Chat(chats.Open()).Room("lobby").EncryptionKeys.RotateAsync(Cancelled));

        var step = await store.Archiving.ArchiveStepAsync("lobby", policy, Cancelled);

        archive.IsDone.Should().BeTrue();
        var second = await KeyAsync();
        second.Should().NotBe(first);
        step.Moved.Should().Be(state == "sealed" ? 4 : 0, "what was encrypted for the archive with the earlier key must not count; what was sealed with it before stays as it is");
        await AllAreThereAsync(chat);
        await AllAreThereAsync(Open(chats, archive).Chat);
        await ArchiveAsync(store);
        var puts = archive.Calls["put"];
        (await store.Archiving.ArchiveStepAsync("lobby", policy, Cancelled)).Should().Be(new ArchivedStep(0, null));
        archive.Calls["put"].Should().Be(puts, "everything has moved");
        await AllAreThereAsync(chat);
        await AllAreThereAsync(Open(chats, archive).Chat);
        var epoch = (await chat.ReceiveAsync("lobby", new MessageQuery(1), Cancelled)).Position.Epoch;
        var moved = await archive.ReadAsync("lobby", epoch, [0, 1, 2, 3], Cancelled);
        moved.Select(bucket => DataKey.NameOf(SealedBucket.KeyIn(bucket!.Content.Span)!.Value)).Should().AllBe(state == "sealed" ? first : second);
        directory.Delete(recursive: true);

        async Task<string> KeyAsync() => (string)(await server.Connection.GetDatabase().HashGetAsync($"{chats.Prefix}:{{lobby}}:key", "current"))!;

        static async Task AllAreThereAsync(Chat reader)
        {
            var page = await reader.ReceiveAsync("lobby", new MessageQuery(Sent) { After = 0 }, Cancelled);
            page.Unreadable.Should().BeEmpty();
            page.Messages.Select(message => message.Text).Should().Equal(Enumerable.Range(1, Sent).Select(id => $"marker {id}"));
        }
    }

    private static (RedisMessageStore Store, Chat Chat) Open(EncryptedChats chats, IRoomArchive archive, bool isEncrypted = true, IChatKeyRing? keys = null)
    {
        var store = chats.Open(isEncrypted: isEncrypted, keys: keys);
        (store.Archiving.Margin, store.Archiving.Rest) = (TimeSpan.Zero, TimeSpan.Zero);
        return (store, new Chat(store, archive: archive));
    }

    private static void ShouldBeEncrypted(MemoryArchive archive, int buckets) =>
        archive.Of("lobby").Select(bucket => SealedBucket.KeyIn(bucket.Content.Span)).Should().HaveCount(buckets).And.NotContainNulls();

    private static async Task FillAsync(Chat chat, int count)
    {
        var sent = (await chat.ReceiveAsync("lobby", new MessageQuery(1), Cancelled)).Position.MessageId;
        for (var end = sent + count; sent < end;)
        {
            var batch = Enumerable.Range(1, (int)Math.Min(20, end - sent)).Select(n => new NewMessage((sent + n) % 2 == 0 ? "alice" : "bob", $"marker {sent + n}")).ToList();
            await chat.SendManyAsync("lobby", batch, Cancelled);
            sent += batch.Count;
        }
    }

    private static async Task ArchiveAsync(RedisMessageStore store)
    {
        for (var step = 0; step < 5; step++)
        {
            await store.Archiving.ArchiveStepAsync("lobby", new ArchivePolicy { KeepMessages = 100 }, Cancelled);
        }
    }

    private static async Task TrimAsync(RedisMessageStore store, long most)
    {
        while (await ((IMessageStore)store).GetAbility<IRetentionStore>()!.TrimStepAsync("lobby", new RetentionPolicy { MaxMessages = most }, DateTimeOffset.UtcNow, Cancelled) is { Next: { } next } && next == TimeSpan.Zero)
        {
        }
    }
}
