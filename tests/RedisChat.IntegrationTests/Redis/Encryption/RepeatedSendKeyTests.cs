using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Encryption;

/// <summary>Sends that are repeated with the same idempotency key after the keys of their digests have changed.</summary>
public sealed class RepeatedSendKeyTests(TestServer server) : IAsyncLifetime
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_the_keys_were_deleted_a_repetition_gets_its_first_receipt(bool hasKeys)
    {
        var (chat, other) = (_chats.NewChat(), _chats.NewChat());
        var first = await chat.SendAsync("lobby", Keyed("one"), Cancelled);
        if (hasKeys)
        {
            await other.ReceiveAsync("lobby", null, Cancelled);
        }

        await chat.Room("lobby").EncryptionKeys.ShredAsync(Cancelled);

        var repeated = await other.SendAsync("lobby", Keyed("one"), Cancelled);
        var found = await _chats.NewChat().FindSentAsync("lobby", Keyed("one"), Cancelled);

        // The message is there once, and nobody can read it.
        (repeated.Id, repeated.Timestamp, repeated.IsDuplicate).Should().Be((first.Id, first.Timestamp, true));
        (found!.Id, found.Timestamp, found.IsDuplicate).Should().Be((first.Id, first.Timestamp, true));
        var page = await other.ReceiveAsync("lobby", null, Cancelled);
        (page.Messages.Count, page.Unreadable.Count).Should().Be((0, 1));
    }

    [Fact]
    public async Task Nothing_shows_whether_a_message_is_another_one_than_that_whose_key_was_deleted()
    {
        var chat = _chats.NewChat();
        await chat.SendAsync("lobby", Keyed("one"), Cancelled);
        await chat.Room("lobby").EncryptionKeys.ShredAsync(Cancelled);

        (await chat.SendAsync("lobby", Keyed("another"), Cancelled)).Should().Match<MessageReceipt>(receipt => receipt.Id == 1 && receipt.IsDuplicate);
        (await chat.FindSentAsync("lobby", Keyed("another"), Cancelled))!.Id.Should().Be(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_key_that_is_used_for_another_message_is_a_conflict_as_long_as_the_digests_have_the_same_key(bool rotates)
    {
        var (chat, other) = (_chats.NewChat(), _chats.NewChat());
        await chat.SendAsync("lobby", Keyed("lost"), Cancelled);
        await chat.Room("lobby").EncryptionKeys.ShredAsync(Cancelled);
        await chat.SendAsync("lobby", Keyed("two", "k2"), Cancelled);
        if (rotates)
        {
            await other.Room("lobby").EncryptionKeys.RotateAsync(Cancelled);
        }

        foreach (var sender in new[] { chat, other })
        {
            await Assert.ThrowsAsync<ChatIdempotencyConflictException>(() => sender.SendAsync("lobby", Keyed("another", "k2"), Cancelled));
            await Assert.ThrowsAsync<ChatIdempotencyConflictException>(() => sender.FindSentAsync("lobby", Keyed("another", "k2"), Cancelled));
            (await sender.SendAsync("lobby", Keyed("two", "k2"), Cancelled)).IsDuplicate.Should().BeTrue();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task When_encryption_is_turned_on_or_off_a_repetition_gets_its_first_receipt(bool isTurnedOn)
    {
        var (before, after) = isTurnedOn ? (_chats.NewChat(isEncrypted: false), _chats.NewChat()) : (_chats.NewChat(), _chats.NewChat(_ => false));
        await before.SendAsync("lobby", Keyed("one"), Cancelled);

        (await after.FindSentAsync("lobby", Keyed("one"), Cancelled))!.Id.Should().Be(1);
        (await after.SendAsync("lobby", Keyed("one"), Cancelled)).Should().Match<MessageReceipt>(receipt => receipt.Id == 1 && receipt.IsDuplicate);
        (await after.SendAsync("lobby", "alice", "two", Cancelled)).Id.Should().Be(2);
    }

    [Fact]
    public async Task A_batch_of_which_a_part_was_stored_before_the_keys_were_deleted_stores_the_rest()
    {
        var (chat, other) = (_chats.NewChat(), _chats.NewChat());
        await chat.SendManyAsync("lobby", [Keyed("one", "k1"), Keyed("two", "k2")], Cancelled);
        await other.ReceiveAsync("lobby", null, Cancelled);
        await chat.Room("lobby").EncryptionKeys.ShredAsync(Cancelled);

        var receipts = await other.SendManyAsync("lobby", [Keyed("zero", "k0"), Keyed("one", "k1"), Keyed("two", "k2"), Keyed("three", "k3")], Cancelled);

        receipts.Select(receipt => (receipt.Id, receipt.IsDuplicate)).Should().Equal((3L, false), (1L, true), (2L, true), (4L, false));
        (await chat.ReceiveAsync("lobby", null, Cancelled)).Messages.Select(message => message.Text).Should().Equal("zero", "three");
    }

    [Fact]
    public async Task A_digest_is_stored_with_the_name_of_its_key()
    {
        var chat = _chats.NewChat();
        await chat.SendAsync("lobby", Keyed("one"), Cancelled);
        var oldest = (string)(await Database.HashGetAsync($"{_chats.Prefix}:{{lobby}}:key", "current"))!;
        await chat.Room("lobby").EncryptionKeys.RotateAsync(Cancelled);
        await chat.SendAsync("lobby", Keyed("two", "k2"), Cancelled);

        var found = new List<string>();
        await foreach (var key in server.Connection.GetServers()[0].KeysAsync(pattern: $"{_chats.Prefix}:{{lobby}}:sent:*"))
        {
            found.AddRange((await Database.HashValuesAsync(key)).Select(value => (string)value!));
        }

        found.Should().HaveCount(2).And.OnlyContain(value => System.Text.RegularExpressions.Regex.IsMatch(value, $"^[12]:[0-9]{{16}}:{oldest}[0-9a-f]{{16}}$"));
    }

    private static NewMessage Keyed(string text, string key = "k") => new("alice", text) { IdempotencyKey = key };
}
