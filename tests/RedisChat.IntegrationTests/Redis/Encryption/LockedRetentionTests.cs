using RedisChat.IntegrationTests.Conformance;
using RedisChat.IntegrationTests.Redis.Archive;
using RedisChat.Redis;

namespace RedisChat.IntegrationTests.Redis.Encryption;

/// <summary>Retention and expiry where a process cannot decrypt what it would have to delete.</summary>
public sealed class LockedRetentionTests(TestServer server)
{
    private const int Sent = 600;

    private static readonly RetentionPolicy Hour = new() { MaxAge = TimeSpan.FromHours(1) };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_process_without_the_keys_trims_nothing_and_says_why(bool isSealed)
    {
        await using var chats = new EncryptedChats(server.Require(), sealAfter: isSealed ? 1 : null);
        var store = chats.Open();
        await FillAsync(new Chat(store), Sent);
        await store.SealedAsync();

        foreach (var days in new[] { 0, 2 })
        {
            (await Assert.ThrowsAsync<ChatDataException>(() => TrimAsync(chats.Open(isEncrypted: false), Hour, days))).Message.Should().Contain("AddEncryption");
            (await Assert.ThrowsAsync<ChatDataException>(() => TrimAsync(chats.Open(keys: new TestKeyRing()), Hour, days))).Message.Should().Contain("master key");
        }

        (await CountAsync(new Chat(chats.Open()))).Should().Be(Sent);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task After_the_keys_were_deleted_messages_stay_as_long_as_the_policy_says(bool isSealed, bool hasLater)
    {
        await using var chats = new EncryptedChats(server.Require(), sealAfter: isSealed ? 1 : null);
        var store = chats.Open();
        var chat = new Chat(store);
        await FillAsync(chat, Sent);
        await store.SealedAsync();
        (await chat.Room("lobby").EncryptionKeys.ShredAsync(Cancelled)).Should().BeTrue();
        var late = chats.Open();
        if (hasLater)
        {
            await FillAsync(new Chat(late), 1);
        }

        (await TrimAsync(late, Hour, days: 0)).Should().Be(0);
        (await FirstAsync(chats)).Should().BeNull("all messages are of this hour");
        await TrimAsync(late, Hour, days: 2);
        (await FirstAsync(chats)).Should().Be("384", "only the newest buckets are never trimmed");

        // By number, unreadable messages count like all others.
        await FillAsync(new Chat(late), Sent);
        await TrimAsync(late, new RetentionPolicy { MaxMessages = 400 }, days: 0);
        (await CountAsync(new Chat(chats.Open()))).Should().BeGreaterThanOrEqualTo(400);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Counts_and_what_belongs_to_messages_are_right_after_unreadable_buckets_were_trimmed(bool isArchived)
    {
        await using var chats = new EncryptedChats(server.Require(), sealAfter: 1);
        var archive = new MemoryArchive();
        var (store, chat) = Open(chats, archive);
        await FillAsync(chat, Sent);
        var room = chat.Room("lobby");
        foreach (var id in new[] { 7L, 140, 300, 590 })
        {
            await room.Reactions.AddAsync(id, "bob", "👍", Cancelled);
            await room.Pins.PinAsync(id, Actor.Application, Cancelled);
            await room.Thread(id).SendAsync("bob", "reply", Cancelled);
        }

        foreach (var id in new[] { 150L, 595 })
        {
            await room.EditAsync(id, Actor.Application, new MessageEdit("@carol @all") { Mentions = [Mention.User("carol"), Mention.Everyone] }, Cancelled);
        }

        // In all of the buckets, one of which is empty then, before and after they are sealed.
        await room.DeleteManyAsync(MessageSelection.Between(20, 59), Actor.Application, cancellationToken: Cancelled);
        await store.SealedAsync();
        await room.DeleteManyAsync(MessageSelection.Between(256, 299), Actor.Application, cancellationToken: Cancelled);
        await room.DeleteManyAsync(MessageSelection.Between(384, 511), Actor.Application, cancellationToken: Cancelled);
        await room.DeleteAsync(130, Actor.Application, cancellationToken: Cancelled);
        if (isArchived)
        {
            await ArchivingStores.ArchiveAsync(store, "lobby");
            archive.Of("lobby").Should().HaveCount(3);
        }

        (await room.EncryptionKeys.ShredAsync(Cancelled)).Should().BeTrue();
        var (late, reader) = Open(chats, archive);
        await FillAsync(reader, Sent);
        await late.SealedAsync();
        const int Deleted = 40 + 44 + 128 + 1;
        (await InfoAsync()).Messages.Should().Be((2 * Sent) - Deleted);
        (await VerifyAsync(chats, archive)).Differences.Select(difference => difference.What).Should().Contain("sealed").And.NotContain("count");

        // Buckets 0 to 2 go; 3 is empty and goes along.
        const int Trimmed = 127 - 40 + 127 + 84;
        (await TrimAsync(late, new RetentionPolicy { MaxMessages = (2 * Sent) - Deleted - Trimmed }, days: 0)).Should().Be(Trimmed);

        (await FirstAsync(chats)).Should().Be("512");
        (await InfoAsync()).Messages.Should().Be((2 * Sent) - Deleted - Trimmed);
        (await reader.Room("lobby").Pins.ListAsync(Cancelled)).Select(pin => pin.MessageId).Should().Equal(590);
        var database = server.Connection.GetDatabase();
        foreach (var bucket in new[] { 0, 1, 2 })
        {
            (await database.KeyExistsAsync($"{chats.Prefix}:{{lobby}}:r:{bucket}")).Should().BeFalse();
        }

        (await database.HashGetAllAsync($"{chats.Prefix}:{{lobby}}:threads")).Where(entry => entry.Value == "x").Select(entry => (long)entry.Name).Should().BeEquivalentTo([7, 140, 300]);
        (await reader.Room("lobby").ReadMarkers.GetUnreadMentionsAsync("carol", Cancelled)).Should().Be(1);
        (await reader.Room("lobby").Mentions.ListAsync("bob", cancellationToken: Cancelled)).Messages.Should().BeEmpty("nobody can read message 595");

        // Nobody knows whom unreadable messages mentioned, so readers skip what is in the index below the beginning of the history, until it is built again.
        (await VerifyAsync(chats, archive, repair: true)).Differences.Select(difference => (difference.What, difference.IsRepaired)).Should().Equal(("mentions", true), ("mentions", true));
        (await VerifyAsync(chats, archive)).Differences.Should().BeEmpty();

        // The rest, up to the messages that can be read.
        await TrimAsync(late, new RetentionPolicy { MaxMessages = 128 }, days: 0);
        (await InfoAsync()).Messages.Should().Be(await CountAsync(reader));
        (await VerifyAsync(chats, archive)).Differences.Should().BeEmpty();

        async Task<RoomInfo> InfoAsync() => await reader.Rooms.GetInfoAsync("lobby", Cancelled);
    }

    [Fact]
    public async Task After_a_damaged_bucket_was_trimmed_a_repair_corrects_the_count()
    {
        await using var chats = new EncryptedChats(server.Require(), sealAfter: 1);
        var store = chats.Open(isEncrypted: false);
        var chat = new Chat(store);
        await FillAsync(chat, Sent);
        await chat.Room("lobby").DeleteManyAsync(MessageSelection.Between(20, 59), Actor.Application, cancellationToken: Cancelled);
        await store.SealedAsync();
        await server.Connection.GetDatabase().HashSetAsync($"{chats.Prefix}:{{lobby}}:sealed", 0, "no bucket");

        await TrimAsync(store, new RetentionPolicy { MaxMessages = Sent - 40 - 128 }, days: 0);

        // Nothing says how many of its ids had messages, so all of them are counted, and the 40 twice.
        (await FirstAsync(chats)).Should().Be("128");
        (await chat.Rooms.GetInfoAsync("lobby", Cancelled)).Messages.Should().Be(Sent - 127 - 40);
        var found = await VerifyAsync(chats, repair: true);
        found.Differences.Select(difference => (difference.What, difference.IsRepaired)).Should().Equal(("count", true));
        (await chat.Rooms.GetInfoAsync("lobby", Cancelled)).Messages.Should().Be(Sent - 127);
        (await VerifyAsync(chats)).Differences.Should().BeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Expired_messages_that_a_process_cannot_decrypt_are_left_to_others(bool hasRing)
    {
        await using var chats = new EncryptedChats(server.Require(), sealAfter: null);
        var chat = chats.NewChat();
        for (var i = 0; i < 3; i++)
        {
            await chat.SendAsync("lobby", new NewMessage("alice", "brief") { ExpiresAfter = ChatLimits.MinMessageLife }, Cancelled);
        }

        // They are due at once.
        var (database, expires) = (server.Connection.GetDatabase(), $"{chats.Prefix}:{{lobby}}:expires");
        foreach (var entry in await database.SortedSetRangeByRankAsync(expires))
        {
            await database.SortedSetAddAsync(expires, entry, 1);
        }

        var other = chats.Open(isEncrypted: hasRing, keys: hasRing ? new TestKeyRing() : null);
        (await Assert.ThrowsAsync<ChatDataException>(() => ExpireAsync(other))).Message.Should().Contain(hasRing ? "master key" : "AddEncryption");
        (await database.SortedSetLengthAsync(expires)).Should().Be(3);

        await ExpireAsync(chats.Open());
        (await database.SortedSetLengthAsync(expires)).Should().Be(0);
        (await database.HashLengthAsync($"{chats.Prefix}:{{lobby}}:m:0")).Should().Be(0);
    }

    private static (RedisMessageStore Store, Chat Chat) Open(EncryptedChats chats, MemoryArchive archive)
    {
        var store = chats.Open();
        (store.Archiving.Margin, store.Archiving.Rest) = (TimeSpan.Zero, TimeSpan.Zero);
        return (store, new Chat(store, archive: archive));
    }

    /// <summary>Checks everything, which needs more rights than a chat.</summary>
    private async Task<VerifyResult> VerifyAsync(EncryptedChats chats, MemoryArchive? archive = null, bool repair = false)
    {
        await using var store = new RedisMessageStore(
            RedisConnection.Shared(server.Connection), new RedisStoreOptions { KeyPrefix = chats.Prefix }, null, encryption: new ChatEncryption(chats.Ring, null));
        return await new Chat(store, archive: archive).Transfer.VerifyAsync(options: new VerifyOptions { Repair = repair }, cancellationToken: Cancelled);
    }

    private static async Task ExpireAsync(RedisMessageStore store)
    {
        var runner = new Chat(store).Runner;
        await new ExpiryUpkeep(store, ((IMessageStore)store).GetAbility<IExpiryStore>()!, runner).RunAsync("lobby", Cancelled);
    }

    private static async Task FillAsync(Chat chat, int count)
    {
        for (var sent = 0; sent < count; sent += 20)
        {
            await chat.SendManyAsync("lobby", [.. Enumerable.Range(1, Math.Min(20, count - sent)).Select(n => new NewMessage("alice", $"message {n}"))], Cancelled);
        }
    }

    private static async Task<long> TrimAsync(RedisMessageStore store, RetentionPolicy policy, int days)
    {
        var (retention, done) = (((IMessageStore)store).GetAbility<IRetentionStore>()!, 0L);
        while (true)
        {
            var step = await retention.TrimStepAsync("lobby", policy, DateTimeOffset.UtcNow.AddDays(days), Cancelled);
            done += step.Deleted;
            if (step.Next != TimeSpan.Zero)
            {
                return done;
            }
        }
    }

    private async Task<string?> FirstAsync(EncryptedChats chats) => await server.Connection.GetDatabase().HashGetAsync($"{chats.Prefix}:{{lobby}}", "first");

    private static async Task<int> CountAsync(Chat chat) => (await chat.ReceiveAsync("lobby", new MessageQuery(1000) { After = 0 }, Cancelled)).Messages.Count;
}
