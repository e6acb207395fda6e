using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Classic;

/// <summary>The classic layout is shared with programs that know nothing of this library.</summary>
public sealed class ClassicInteropTests(TestServer server) : IAsyncLifetime
{
    private readonly string _prefix = $"test-{Guid.NewGuid():n}";
    private IDatabase _redis = null!;
    private OtherProgram _other = null!;
    private ClassicMessageStore _store = null!;
    private Chat _chat = null!;

    public ValueTask InitializeAsync()
    {
        _redis = server.Connection.GetDatabase();
        _other = new OtherProgram(_redis, _prefix);
        _store = new ClassicMessageStore(server.ClassicConnection, _prefix);
        _chat = new Chat(_store);
        return default;
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_other_program_reads_our_messages_value_for_value()
    {
        await _other.SendAsync("lobby", "bob", "first");
        var receipt = await _chat.SendAsync("lobby", "alice", "héllo", Cancelled);

        receipt.Id.Should().Be(2);
        (await _other.ExecuteAsync("GET", ":lobby:messages")).ToString().Should().Be("2");
        (await _other.HashAsync(":lobby")).Should().BeEquivalentTo(new Dictionary<string, string> { ["bob"] = "1", ["alice"] = "2" });
        (await _other.HashAsync(":lobby:alice")).Should().BeEquivalentTo(new Dictionary<string, string> { ["2"] = "héllo" });
        (await _other.HashAsync(":lobby:2")).Should().BeEquivalentTo(
            new Dictionary<string, string> { ["content"] = "héllo", ["timestamp"] = $"{receipt.Timestamp.ToUnixTimeSeconds()}" });
    }

    [Fact]
    public async Task We_read_the_other_programs_messages()
    {
        await _other.SendAsync("lobby", "bob", "one");
        await _chat.SendAsync("lobby", "alice", "two", Cancelled);
        await _other.SendAsync("lobby", "bob", "three");

        (await _chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages
            .Select(message => $"{message.Id} {message.User} {message.Text} {message.Timestamp.ToUnixTimeSeconds() >= 1700000000}")
            .Should().Equal("1 bob one True", "2 alice two True", "3 bob three True");
        (await _chat.ReceiveAsync("lobby", new MessageQuery { User = "bob" }, Cancelled)).Messages.Select(message => message.Text)
            .Should().Equal("one", "three");
        (await _chat.GetAsync("lobby", 3, Cancelled))!.User.Should().Be("bob");
    }

    [Fact]
    public async Task A_message_deleted_by_the_other_program_is_gone_for_us()
    {
        await _other.SendAsync("lobby", "bob", "one");
        await _chat.SendAsync("lobby", "bob", "two", Cancelled);

        await _other.ExecuteAsync("HDEL", ":lobby:bob", "2");
        await _other.ExecuteAsync("HDEL", ":lobby:2", "content", "timestamp");

        (await _chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages.Should().ContainSingle().Which.Text.Should().Be("one");
        (await _chat.DeleteAsync("lobby", 2, "bob", cancellationToken: Cancelled)).Should().BeFalse();
    }

    [Fact]
    public async Task A_message_that_we_delete_is_gone_for_the_other_program()
    {
        await _other.SendAsync("lobby", "bob", "one");
        await _other.SendAsync("lobby", "bob", "two");

        (await _chat.DeleteAsync("lobby", 1, "bob", cancellationToken: Cancelled)).Should().BeTrue();

        (await _other.HashAsync(":lobby:bob")).Should().BeEquivalentTo(new Dictionary<string, string> { ["2"] = "two" });
        (await _other.HashAsync(":lobby:1")).Should().BeEmpty();
    }

    [Fact]
    public async Task Both_may_send_at_the_same_time()
    {
        await Task.WhenAll(Enumerable.Range(0, 100).Select(n => n % 2 == 0
            ? (Task)_other.SendAsync("lobby", "bob", $"{n}")
            : _chat.SendAsync("lobby", "alice", $"{n}", Cancelled)));

        var messages = (await _chat.ReceiveAsync("lobby", new MessageQuery { Limit = 1000 }, Cancelled)).Messages;
        messages.Select(message => message.Id).Should().Equal(Enumerable.Range(1, 100).Select(id => (long)id));
        messages.Select(message => message.Text).Should().BeEquivalentTo(Enumerable.Range(0, 100).Select(n => $"{n}"));
    }

    [Fact]
    public async Task An_author_whom_the_other_program_removed_from_the_rooms_list_is_unknown()
    {
        await _other.SendAsync("lobby", "bob", "one");
        await _other.ExecuteAsync("HDEL", ":lobby", "bob");

        var message = (await _chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages.Should().ContainSingle().Which;
        message.Text.Should().Be("one");
        message.User.Should().BeEmpty();
        (await _chat.DeleteAsync("lobby", 1, Actor.Application, cancellationToken: Cancelled)).Should().BeTrue();
    }

    [Theory]
    [InlineData("17")]
    [InlineData("messages")]
    public async Task A_user_id_that_would_collide_with_another_key_is_refused(string user)
    {
        var error = await Assert.ThrowsAsync<ChatInputException>(() => _chat.SendAsync("lobby", user, "hello", Cancelled));

        error.Message.Should().Contain("classic layout");
        (await _redis.KeyExistsAsync($"{_prefix}:lobby:messages")).Should().BeFalse();
    }

    [Theory]
    [InlineData("a:b")]
    [InlineData("{lobby}")]
    public async Task A_room_id_that_would_collide_with_another_key_is_refused(string room) =>
        (await Assert.ThrowsAsync<ChatInputException>(() => _chat.SendAsync(room, "alice", "hello", Cancelled))).Message.Should().Contain("colon");

    [Fact]
    public async Task A_user_id_of_the_other_program_that_collides_with_another_key_does_no_harm()
    {
        await _other.SendAsync("lobby", "bob", "one");
        await _other.SendAsync("lobby", "1", "two");

        var messages = (await _chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages;
        messages.Select(message => $"{message.User}:{message.Text}").Should().Equal("bob:one", ":two");
    }

    [Fact]
    public async Task A_message_without_a_valid_time_is_reported_and_does_not_fail_the_page()
    {
        await _other.SendAsync("lobby", "bob", "one");
        await _other.SendAsync("lobby", "bob", "two");
        await _other.SendAsync("lobby", "bob", "three");
        await _other.ExecuteAsync("HSET", ":lobby:1", "timestamp", "yesterday");
        await _other.ExecuteAsync("HDEL", ":lobby:3", "timestamp");

        var page = await _chat.ReceiveAsync("lobby", cancellationToken: Cancelled);

        page.Messages.Should().ContainSingle().Which.Text.Should().Be("two");
        page.Unreadable.Select(message => message.Id).Should().Equal(1, 3);
        page.Unreadable.Select(message => message.Key).Should().Equal($"{_prefix}:lobby:1", $"{_prefix}:lobby:3");
        page.Unreadable.Should().OnlyContain(message => message.Field == "timestamp");
        (await Assert.ThrowsAsync<ChatDataException>(() => _chat.GetAsync("lobby", 3, Cancelled))).Field.Should().Be("timestamp");
    }

    [Theory]
    [InlineData("yesterday")]
    [InlineData("-1")]
    [InlineData("99999999999999999999")]
    [InlineData(null)]
    public async Task A_message_without_a_valid_time_can_be_deleted_by_its_author_or_a_moderator(string? timestamp)
    {
        for (var i = 0; i < 2; i++)
        {
            await _other.SendAsync("lobby", "bob", "hello");
            await (timestamp is null
                ? _other.ExecuteAsync("HDEL", $":lobby:{i + 1}", "timestamp")
                : _other.ExecuteAsync("HSET", $":lobby:{i + 1}", "timestamp", timestamp));
        }

        await Assert.ThrowsAsync<ChatForbiddenException>(() => _chat.DeleteAsync("lobby", 1, "alice", cancellationToken: Cancelled));
        (await _chat.DeleteAsync("lobby", 1, "bob", cancellationToken: Cancelled)).Should().BeTrue();
        (await _chat.DeleteAsync("lobby", 2, Actor.Application, cancellationToken: Cancelled)).Should().BeTrue();

        (await _other.HashAsync(":lobby:bob")).Should().BeEmpty();
        (await _other.HashAsync(":lobby:1")).Should().BeEmpty();
        (await _other.HashAsync(":lobby:2")).Should().BeEmpty();
        (await _chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Unreadable.Should().BeEmpty();
        (await _chat.DeleteAsync("lobby", 1, "bob", cancellationToken: Cancelled)).Should().BeFalse();
    }

    [Fact]
    public async Task Without_a_valid_time_a_deleted_message_is_reported_with_the_unix_epoch_and_a_kept_one_is_an_error()
    {
        await _other.SendAsync("lobby", "bob", "hello");
        await _other.ExecuteAsync("HSET", ":lobby:1", "timestamp", "yesterday");

        var keep = async () => await _store.ChangeAsync("lobby", 1, _ => MessageDecision.Keep, Cancelled);
        (await keep.Should().ThrowAsync<ChatDataException>()).Which.Field.Should().Be("timestamp");

        var deleted = await _store.ChangeAsync("lobby", 1, _ => MessageDecision.Delete(), Cancelled);
        deleted.Outcome.Should().Be(ChangeOutcome.Deleted);
        deleted.Message.Should().Be(new Message { Id = 1, User = "bob", Text = "hello", Timestamp = DateTimeOffset.UnixEpoch });
    }

    [Fact]
    public async Task A_text_that_is_not_valid_UTF_8_can_be_deleted()
    {
        await _other.SendAsync("lobby", "bob", "hello");
        await _redis.HashSetAsync($"{_prefix}:lobby:1", "content", (byte[])[0x68, 0xFF, 0x69]);

        (await _chat.DeleteAsync("lobby", 1, "bob", cancellationToken: Cancelled)).Should().BeTrue();

        (await _other.HashAsync(":lobby:1")).Should().BeEmpty();
    }

    [Fact]
    public async Task A_partially_written_send_is_not_acknowledged()
    {
        await _redis.StringSetAsync($"{_prefix}:lobby:1", "not a hash");

        var error = await Assert.ThrowsAsync<ChatDataException>(() => _chat.SendAsync("lobby", "alice", "hello", Cancelled));

        error.Operation.Should().Be(ChatOperations.Send);
        error.Message.Should().Contain("in part");
    }

    [Fact]
    public async Task Foreign_data_among_a_users_messages_is_reported_without_repeating_it()
    {
        await _other.SendAsync("lobby", "bob", "one");
        await _other.ExecuteAsync("HSET", ":lobby:bob", "a secret instead of a number", "1");

        var page = await _chat.ReceiveAsync("lobby", new MessageQuery { User = "bob" }, Cancelled);

        page.Messages.Should().ContainSingle();
        var unreadable = page.Unreadable.Should().ContainSingle().Which;
        (unreadable.Id, unreadable.Key, unreadable.Field).Should().Be((null, $"{_prefix}:lobby:bob", null));
    }
}
