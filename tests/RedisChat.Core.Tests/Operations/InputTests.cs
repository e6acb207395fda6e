using RedisChat.Tests.Storage;

namespace RedisChat.Tests;

/// <summary>Bad input is refused, with an error that says what is allowed, before the store is reached.</summary>
public sealed class InputTests
{
    private readonly Chat _chat = new(new UnusableStore(), new ChatOptions { MaxTextBytes = 10, MaxMetadataEntries = 2, MaxMetadataBytes = 10 });

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<string> BadIds => ["", "a\nb", "a\0b", "\u007f", "\u0085", "\ud800", "a\udc00b", new string('x', 129), new string('ü', 65)];

    [Theory]
    [MemberData(nameof(BadIds))]
    public async Task A_bad_room_id_is_refused_everywhere(string id)
    {
        await RefusedAsync(() => _chat.SendAsync(id, "alice", "hello", Cancelled), "room");
        await RefusedAsync(() => _chat.SendManyAsync(id, [], Cancelled), "room");
        await RefusedAsync(() => _chat.ReceiveAsync(id, cancellationToken: Cancelled), "room");
        await RefusedAsync(() => _chat.GetAsync(id, 1, Cancelled), "room");
        await RefusedAsync(() => _chat.EditAsync(id, 1, "alice", "hello", Cancelled), "room");
        await RefusedAsync(() => _chat.DeleteAsync(id, 1, "alice", cancellationToken: Cancelled), "room");
        Assert.Throws<ChatInputException>(() => _chat.ReceiveAllAsync(id, cancellationToken: Cancelled)).ParamName.Should().Be("room");
        Assert.Throws<ChatInputException>(() => _chat.Room(id)).ParamName.Should().Be("id");
    }

    [Theory]
    [MemberData(nameof(BadIds))]
    public async Task A_bad_user_id_is_refused_everywhere(string id)
    {
        await RefusedAsync(() => _chat.SendAsync("lobby", id, "hello", Cancelled), "message.User");
        await RefusedAsync(() => _chat.SendManyAsync("lobby", [new("alice", "hi"), new(id, "hi")], Cancelled), "messages[1].User");
        await RefusedAsync(() => _chat.ReceiveAsync("lobby", new MessageQuery { User = id }, Cancelled), "query.User");
        await RefusedAsync(() => _chat.EditAsync("lobby", 1, id, "hello", Cancelled), "by");
        await RefusedAsync(() => _chat.DeleteAsync("lobby", 1, id, cancellationToken: Cancelled), "by");
        Assert.Throws<ChatInputException>(() => _chat.ReceiveAllAsync("lobby", id, Cancelled)).ParamName.Should().Be("user");
    }

    public static TheoryData<string> BadReasons => ["", "a\nb", "\ud800", new string('x', 257), new string('ü', 129)];

    [Theory]
    [MemberData(nameof(BadReasons))]
    public async Task A_bad_reason_is_refused(string reason) =>
        await RefusedAsync(() => _chat.DeleteAsync("lobby", 1, "alice", reason: reason, cancellationToken: Cancelled), "reason");

    [Fact]
    public async Task The_metadata_of_an_edit_is_checked_like_that_of_a_new_message()
    {
        await RefusedAsync(() => EditAsync(("a", "1"), ("b", "2"), ("c", "3")), "metadata");
        await RefusedAsync(() => EditAsync(("a", "0123456789")), "metadata");
        await RefusedAsync(() => EditAsync(("", "1")), "metadata");
        await RefusedAsync(() => EditAsync(("a", null!)), "metadata");

        Task<Message?> EditAsync(params (string Name, string Value)[] metadata) =>
            _chat.EditAsync("lobby", 1, "alice", "hello", metadata.ToDictionary(entry => entry.Name, entry => entry.Value), Cancelled);
    }

    [Theory]
    [MemberData(nameof(BadIds))]
    public async Task A_bad_idempotency_key_is_refused(string key) =>
        await RefusedAsync(
            () => _chat.SendAsync("lobby", new NewMessage("alice", "hello") { IdempotencyKey = key }, Cancelled), "message.IdempotencyKey");

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(ChatLimits.MaxMessageId + 1)]
    public async Task A_bad_id_to_reply_to_is_refused(long id)
    {
        await RefusedAsync(() => _chat.SendAsync("lobby", new NewMessage("alice", "hello") { ReplyTo = id }, Cancelled), "message.ReplyTo");
        await RefusedAsync(
            () => _chat.SendManyAsync("lobby", [new("alice", "hi"), new("alice", "hi") { ReplyTo = id }], Cancelled), "messages[1].ReplyTo");
    }

    [Fact]
    public async Task The_longest_ids_are_allowed()
    {
        var chat = new Chat(new InMemoryMessageStore());
        await chat.SendAsync(new string('x', 128), new string('ü', 64), "hello", Cancelled);
    }

    // Not InlineData, because an attribute would not keep half a surrogate pair.
    public static TheoryData<string, string> BadTexts => new()
    {
        { "", "empty" },
        { "12345678901", "11 bytes" },
        { "äöüäöü", "12 bytes" },
        { "x\ud800", "surrogate" },
        { "\udc00x", "surrogate" },
    };

    [Theory]
    [MemberData(nameof(BadTexts))]
    public async Task A_bad_text_is_refused(string text, string reason)
    {
        await RefusedAsync(() => _chat.SendAsync("lobby", "alice", text, Cancelled), "message.Text", reason);
        await RefusedAsync(() => _chat.EditAsync("lobby", 1, "alice", text, Cancelled), "text", reason);
    }

    [Fact]
    public async Task Null_is_refused()
    {
        await RefusedAsync(() => _chat.SendAsync(null!, "alice", "hello", Cancelled), "room", "null");
        await RefusedAsync(() => _chat.SendAsync("lobby", null!, "hello", Cancelled), "message.User", "null");
        await RefusedAsync(() => _chat.SendAsync("lobby", "alice", null!, Cancelled), "message.Text", "null");
        await RefusedAsync(() => _chat.SendAsync("lobby", null!, Cancelled), "message", "null");
        await RefusedAsync(() => _chat.SendManyAsync("lobby", null!, Cancelled), "messages", "null");
        await RefusedAsync(() => _chat.SendManyAsync("lobby", [null!], Cancelled), "messages[0]", "null");
        await RefusedAsync(() => _chat.ReceiveAsync(null!, cancellationToken: Cancelled), "room", "null");
        await RefusedAsync(() => _chat.EditAsync("lobby", 1, "alice", (string)null!, Cancelled), "text", "null");
        await RefusedAsync(() => _chat.EditAsync("lobby", 1, "alice", (MessageEdit)null!, Cancelled), "edit", "null");
        await RefusedAsync(() => _chat.DeleteAsync("lobby", 1, null!, cancellationToken: Cancelled), "by", "null");
    }

    [Fact]
    public async Task A_programming_error_is_not_an_input_error()
    {
        Assert.Throws<ArgumentNullException>(() => new Chat(null!));
        await Assert.ThrowsAsync<ArgumentNullException>(() => _chat.SendAsync("lobby", new NewMessage("alice", "hi"), null!, Cancelled));
        Assert.Throws<ArgumentOutOfRangeException>(() => Durability.Replicated(0, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task Null_metadata_counts_as_empty()
    {
        var message = new NewMessage("alice", "hello") { Metadata = null! };

        message.Metadata.Should().BeEmpty();
        var chat = new Chat(new InMemoryMessageStore());
        await chat.SendAsync("lobby", message, Cancelled);
        (await chat.GetAsync("lobby", 1, Cancelled))!.Metadata.Should().BeEmpty();
    }

    [Fact]
    public async Task Bad_metadata_is_refused()
    {
        await RefusedAsync(() => SendAsync(("a", "1"), ("b", "2"), ("c", "3")), "message.Metadata", "3 entries");
        await RefusedAsync(() => SendAsync(("name", "value, long")), "message.Metadata", "15 bytes");
        await RefusedAsync(() => SendAsync(("", "1")), "message.Metadata", "empty");
        await RefusedAsync(() => SendAsync(("a", null!)), "message.Metadata", "null");
        await RefusedAsync(() => SendAsync(("a", "\ud800")), "message.Metadata", "surrogate");

        Task SendAsync(params (string, string)[] metadata) =>
            _chat.SendAsync("lobby", new NewMessage("alice", "hi") { Metadata = metadata.ToDictionary(entry => entry.Item1, entry => entry.Item2) }, Cancelled);
    }

    [Fact]
    public async Task A_batch_that_is_too_large_is_refused() =>
        await RefusedAsync(
            () => _chat.SendManyAsync("lobby", [.. Enumerable.Repeat(new NewMessage("alice", "hi"), 129)], Cancelled), "messages", "at most 128");

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    [InlineData(ChatLimits.MaxMessageId + 1)]
    public async Task A_bad_message_id_is_refused(long id)
    {
        await RefusedAsync(() => _chat.GetAsync("lobby", id, Cancelled), "id");
        await RefusedAsync(() => _chat.EditAsync("lobby", id, "alice", "hello", Cancelled), "id");
        await RefusedAsync(() => _chat.DeleteAsync("lobby", id, "alice", cancellationToken: Cancelled), "id");
    }

    public static TheoryData<MessageQuery, string> BadQueries => new()
    {
        { new MessageQuery { Limit = 0 }, "query.Limit" },
        { new MessageQuery { Limit = 1001 }, "query.Limit" },
        { new MessageQuery { Before = 0 }, "query.Before" },
        { new MessageQuery { After = -1 }, "query.After" },
        { new MessageQuery { Around = 0 }, "query.Around" },
        { new MessageQuery { Before = long.MaxValue }, "query.Before" },
        { new MessageQuery { Before = 3, After = 1 }, "query" },
        { new MessageQuery { After = 1, Around = 3 }, "query" },
    };

    [Theory]
    [MemberData(nameof(BadQueries))]
    public async Task A_bad_query_is_refused(MessageQuery query, string parameter) =>
        await RefusedAsync(() => _chat.ReceiveAsync("lobby", query, Cancelled), parameter);

    public static TheoryData<RoomPosition> BadPositions =>
    [
        new RoomPosition(1, -1, 0, 0),
        new RoomPosition(1, ChatLimits.MaxMessageId + 1, 0, 0),
        new RoomPosition(1, 1, -1, 0),
        new RoomPosition(1, 1, 1, -1),
    ];

    [Theory]
    [MemberData(nameof(BadPositions))]
    public async Task A_bad_position_is_refused(RoomPosition position)
    {
        await RefusedAsync(() => _chat.ReadChangesAsync("lobby", position, cancellationToken: Cancelled), "after", "position");
        Assert.Throws<ChatInputException>(() => _chat.WatchAsync("lobby", position, Cancelled)).ParamName.Should().Be("after");
        Refused(new WatchOptions { After = position }, "options.After");
    }

    [Fact]
    public void Invalid_watcher_options_are_refused()
    {
        Refused(null!, "options");
        Refused(new WatchOptions { MaxCatchUp = -1 }, "options.MaxCatchUp");
        Refused(new WatchOptions { Heartbeat = TimeSpan.Zero }, "options.Heartbeat");
        Refused(new WatchOptions { Heartbeat = Timeout.InfiniteTimeSpan }, "options.Heartbeat");
        Refused(new WatchOptions { Heartbeat = TimeSpan.MaxValue }, "options.Heartbeat");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1001)]
    public async Task A_bad_limit_of_changes_is_refused(int limit) =>
        await RefusedAsync(() => _chat.ReadChangesAsync("lobby", RoomPosition.Start, limit, Cancelled), "limit", "from 1 to 1000");

    [Fact]
    public async Task No_error_repeats_what_a_user_wrote()
    {
        var error = await Assert.ThrowsAsync<ChatInputException>(() => _chat.SendAsync("lobby", "alice", "secret secret", Cancelled));
        error.Message.Should().NotContain("secret");
    }

    private void Refused(WatchOptions options, string parameter) =>
        Assert.Throws<ChatInputException>(() => _chat.WatchAsync("lobby", options, Cancelled)).ParamName.Should().Be(parameter);

    private static async Task RefusedAsync(Func<Task> operation, string parameter, string reason = " ")
    {
        var error = await Assert.ThrowsAsync<ChatInputException>(operation);
        error.ParamName.Should().Be(parameter);
        error.Message.Should().Contain(reason);
    }
}
