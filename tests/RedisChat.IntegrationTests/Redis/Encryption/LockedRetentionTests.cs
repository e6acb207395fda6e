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
