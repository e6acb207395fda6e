namespace RedisChat.Conformance;

/// <summary>Appending messages: ids without gaps, in one order, and batches stored completely or not at all.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class AppendTests(StoreFactory stores) : StoreTests(stores)
{
    [Fact]
    public async Task Ids_are_1_2_3()
    {
        (await AppendAsync("alice", "one")).Id.Should().Be(1);
        (await AppendAsync("bob", "two")).Id.Should().Be(2);
        (await AppendAsync("alice", "three")).Id.Should().Be(3);
    }

    [Fact]
    public async Task A_message_is_read_as_it_was_sent()
    {
        var receipt = await AppendAsync("alice", "hello");

        var message = await Store.GetAsync(Room, receipt.Id, Cancelled);

        message.Should().Be(new Message { Id = 1, User = "alice", Text = "hello", Timestamp = receipt.Timestamp });
        message!.Version.Should().Be(1);
        message.EditedAt.Should().BeNull();
    }

    [Fact]
    public virtual async Task Metadata_is_kept()
    {
        var metadata = new Dictionary<string, string> { ["b"] = "2", ["a"] = "\"1\"", ["empty"] = "" };
        await Store.AppendAsync(Room, [New("alice", "hello") with { Metadata = metadata }], Cancelled);

        (await Store.GetAsync(Room, 1, Cancelled))!.Metadata.Should().BeEquivalentTo(metadata);
    }

    [Fact]
    public virtual async Task A_stored_message_does_not_change_with_what_the_caller_appended()
    {
        var metadata = new Dictionary<string, string> { ["a"] = "1" };
        var messages = new List<NewMessage> { New("alice", "hello") with { Metadata = metadata } };
        var append = Store.AppendAsync(Room, messages, Cancelled);
        metadata["a"] = "2";
        messages.Clear();
        (await append).Should().ContainSingle();

        (await Store.GetAsync(Room, 1, Cancelled))!.Metadata.Should().Equal(new Dictionary<string, string> { ["a"] = "1" });
    }

    [Theory]
    [InlineData("\"quotes\" \\ and \\\" {\"t\":1}")]
    [InlineData("line\nline\r\n\ttab \0 nul \u001b[31m red")]
    [InlineData("zażółć 日本語 עברית 🎈👩‍👩‍👧 ﷽ \u2028 \ufffd")]
    [InlineData("redis.call('FLUSHALL') .. ARGV[1] -- ]] %d %s")]
    [InlineData(" ")]
    public async Task Any_text_comes_back_unchanged(string text)
    {
        await AppendAsync("alice", text);

        (await ReadAsync()).Messages.Single().Text.Should().Be(text);
    }

    [Fact]
    public async Task A_long_text_comes_back_unchanged()
    {
        var text = string.Concat(Enumerable.Repeat("äöü – 0123456789 ", 40_000));
        await AppendAsync("alice", text);

        (await Store.GetAsync(Room, 1, Cancelled))!.Text.Should().Be(text);
    }

    [Theory]
    [InlineData("a}b", "a")]
    [InlineData("{x}", "{x")]
    [InlineData("a b", "a%20b")]
    [InlineData("*", "?")]
    [InlineData("ü", "u\u0308")]
    public async Task Unusual_room_ids_are_different_rooms(string one, string other)
    {
        one = Room + one;
        other = Room + other;
        await AppendAsync("alice", "one", room: one);
        await AppendAsync("alice", "other", room: other);

        (await ReadAsync(room: one)).Messages.Should().ContainSingle().Which.Text.Should().Be("one");
        (await ReadAsync(room: other)).Messages.Should().ContainSingle().Which.Text.Should().Be("other");
    }

    [Theory]
    [InlineData("a:b", "a%3Ab")]
    [InlineData("{x}", "x")]
    [InlineData("m:0", "changed")]
    [InlineData("A", "a")]
    public async Task Unusual_user_ids_are_different_users(string one, string other)
    {
        await AppendAsync(one, "one");
        await AppendAsync(other, "other");

        (await ReadAsync(new MessageQuery { User = one })).Messages.Should().ContainSingle().Which.User.Should().Be(one);
        (await ReadAsync(new MessageQuery { User = other })).Messages.Should().ContainSingle().Which.User.Should().Be(other);
    }

    [Fact]
    public async Task A_batch_gets_consecutive_ids_in_its_order()
    {
        await AppendAsync("alice", "before");

        var receipts = await Store.AppendAsync(Room, [New("alice", "a"), New("bob", "b"), New("alice", "c")], Cancelled);

        receipts.Select(receipt => receipt.Id).Should().Equal(2, 3, 4);
        (await ReadAsync()).Messages.Select(message => message.User + message.Text).Should().Equal("alicebefore", "alicea", "bobb", "alicec");
    }

    [Fact]
    public async Task The_largest_batches_follow_each_other_without_a_hole()
    {
        await AppendAsync("alice", "first");
        await AppendManyAsync(3 * ChatLimits.MaxBatchSize);

        var page = await ReadAsync(new MessageQuery { Limit = ChatLimits.MaxPageSize });
        page.Messages.Select(message => message.Id).Should().Equal(Enumerable.Range(1, 1 + (3 * ChatLimits.MaxBatchSize)).Select(n => (long)n));
    }

    [Fact]
    public async Task Concurrent_appends_all_get_ids_of_their_own_without_a_hole()
    {
        var receipts = await Task.WhenAll(Enumerable.Range(0, 200).Select(n => AppendAsync($"user{n % 7}", $"{n}")));

        receipts.Select(receipt => receipt.Id).Should().BeEquivalentTo(Enumerable.Range(1, 200).Select(n => (long)n));
        var messages = (await ReadAsync(new MessageQuery { Limit = 1000 })).Messages;
        messages.Select(message => message.Text).Should().BeEquivalentTo(Enumerable.Range(0, 200).Select(n => $"{n}"));
        receipts.Should().OnlyContain(receipt => messages[(int)receipt.Id - 1].Id == receipt.Id);
    }

    [Fact]
    public async Task A_process_that_was_away_while_others_sent_goes_on_behind_them()
    {
        var other = OpenStore();
        await AppendAsync("alice", "first");
        await other.AppendAsync(Room, [New("bob", "second")], Cancelled);
        await AppendManyAsync(500);

        var receipts = await other.AppendAsync(Room, [New("bob", "last")], Cancelled);

        receipts[0].Id.Should().Be(503);
        (await ReadAsync(new MessageQuery { Limit = 1 })).Messages.Single().Text.Should().Be("last");
    }

    [Fact]
    public async Task Each_room_has_ids_of_its_own()
    {
        await AppendManyAsync(3);

        (await AppendAsync("alice", "elsewhere", room: NewRoom())).Id.Should().Be(1);
    }

    [Fact]
    public async Task A_receipt_has_the_time_and_position_of_the_message()
    {
        var first = await AppendAsync("alice", "one");
        var second = await AppendAsync("alice", "two");

        second.IsDuplicate.Should().BeFalse();
        second.Timestamp.Should().BeOnOrAfter(first.Timestamp);

        // The clocks of the store and of this machine may differ, but not by so much as a wrong unit does, or a local time that is stored as UTC.
        second.Timestamp.Should().BeCloseTo(TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(50));
        second.Position.MessageId.Should().Be(2);
        second.Position.Epoch.Should().Be(first.Position.Epoch);
        second.Position.Stamp.Should().Be(second.Timestamp.Subtract(DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        (await ReadAsync()).Position.MessageId.Should().Be(2);
    }

    [Fact]
    public async Task A_cancelled_token_ends_the_append_at_once()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        var append = async () => await Store.AppendAsync(Room, [New("alice", "hello")], cancelled.Token);

        var error = await Assert.ThrowsAnyAsync<Exception>(append);
        error.Should().Match(e => e is OperationCanceledException || e is ChatUnavailableException);
    }
}
