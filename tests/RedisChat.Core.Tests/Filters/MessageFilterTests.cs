using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using RedisChat.Tests.Storage;

namespace RedisChat.Tests.Filters;

/// <summary>Filters check what sends and edits are about to store.</summary>
public sealed class MessageFilterTests
{
    private const string Room = "lobby";
    private static readonly FilterDecision Refusal = FilterDecision.Refuse("Links are not allowed here.");

    private readonly InMemoryMessageStore _store = new();
    private readonly ChatOptions _options = new();
    private readonly FakeTimeProvider _time = new();
    private readonly RecordedLog _log = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Filters_run_in_order_each_on_what_the_previous_one_made_of_the_message()
    {
        var first = new ScriptedFilter(message => FilterDecision.Replace(message.Text + "1", new Dictionary<string, string> { ["seen"] = "1" }));
        var second = new ScriptedFilter(_ => FilterDecision.Accept);
        var third = new ScriptedFilter(message => FilterDecision.Replace(message.Text + "3"));
        var chat = Chat(first, second, third);

        await chat.SendAsync(Room, "alice", "hello", Cancelled);

        second.Asked.Should().ContainSingle().Which.Should().Match<FilteredMessage>(message =>
            message.Room == Room && message.User == "alice" && message.Text == "hello1" && message.Metadata!["seen"] == "1" && message.EditedId == null);
        var stored = await chat.GetAsync(Room, 1, Cancelled);
        stored!.Text.Should().Be("hello13");
        stored.Metadata.Should().Equal(new Dictionary<string, string> { ["seen"] = "1" });
    }

    [Fact]
    public async Task A_refused_message_is_not_stored_and_the_sender_gets_the_reason()
    {
        var next = new ScriptedFilter(_ => FilterDecision.Accept);
        var chat = Chat(new ScriptedFilter(_ => Refusal), next);

        var error = await Assert.ThrowsAsync<ChatForbiddenException>(() => chat.SendAsync(Room, "alice", "http://example.com", Cancelled));

        error.Message.Should().Be("The message was refused. Links are not allowed here.");
        (error.Room, error.Operation, error.InnerException).Should().Be((Room, ChatOperations.Send, null));
        next.Asked.Should().BeEmpty();
        (await chat.ReceiveAsync(Room, cancellationToken: Cancelled)).Messages.Should().BeEmpty();
        _log.Entries.Should().BeEmpty("a refusal is the filter's normal work");
    }

    [Fact]
    public async Task Each_message_of_a_batch_is_filtered_and_one_refusal_refuses_all()
    {
        var filter = new ScriptedFilter(message => message.Text == "bad" ? Refusal : FilterDecision.Replace(message.Text.ToUpperInvariant()));
        var chat = Chat(filter);

        await Assert.ThrowsAsync<ChatForbiddenException>(() => chat.SendManyAsync(Room, [new("alice", "one"), new("bob", "bad"), new("alice", "three")], Cancelled));
        (await chat.ReceiveAsync(Room, cancellationToken: Cancelled)).Messages.Should().BeEmpty();
        await chat.SendManyAsync(Room, [new("alice", "one"), new("bob", "two")], Cancelled);
        await chat.SendManyAsync(Room, [], Cancelled);

        filter.Asked.Select(message => message.Text).Should().Equal("one", "bad", "one", "two");
        (await chat.ReceiveAsync(Room, cancellationToken: Cancelled)).Messages.Select(message => message.Text).Should().Equal("ONE", "TWO");
    }

    [Fact]
    public async Task Edits_are_filtered_too()
    {
        var filter = new ScriptedFilter(message => message.Text.Contains("bad", StringComparison.Ordinal) ? Refusal : FilterDecision.Replace(message.Text + "!"));
        await Chat().SendAsync(Room, new NewMessage("alice", "hello") { Metadata = new Dictionary<string, string> { ["kept"] = "1" } }, Cancelled);
        var chat = Chat(filter);

        var edited = await chat.EditAsync(Room, 1, "alice", "good", Cancelled);
        var error = await Assert.ThrowsAsync<ChatForbiddenException>(() => chat.EditAsync(Room, 1, "alice", "bad", Cancelled));
        await chat.EditAsync(Room, 1, "alice", "with metadata", new Dictionary<string, string> { ["new"] = "1" }, Cancelled);

        edited!.Text.Should().Be("good!");
        edited.Metadata.Should().ContainKey("kept");
        (error.Room, error.Operation).Should().Be((Room, ChatOperations.Edit));
        filter.Asked.Select(message => (message.EditedId, message.User, message.Metadata?.Keys.Single())).Should().Equal((1, "alice", null), (1, "alice", null), (1, "alice", "new"));
        var stored = await chat.GetAsync(Room, 1, Cancelled);
        (stored!.Text, stored.Version, stored.Metadata.Keys.Single()).Should().Be(("with metadata!", 3, "new"));
    }

    [Fact]
    public async Task A_filter_can_replace_the_metadata_of_an_edit_that_keeps_it()
    {
        await Chat().SendAsync(Room, "alice", "hello", Cancelled);
        var chat = Chat(new ScriptedFilter(message => FilterDecision.Replace(message.Text, new Dictionary<string, string> { ["checked"] = "yes" })));

        (await chat.EditAsync(Room, 1, "alice", "hi", Cancelled))!.Metadata.Should().ContainKey("checked");
    }

    [Fact]
    public async Task A_filter_runs_once_for_a_call_however_many_attempts_it_needs()
    {
        var store = new FaultyStore(_store) { FaultsComeAfterwards = true };
        store.Faults.Enqueue(new ChatUnavailableException("lost") { MayHaveHappened = true });
        store.Faults.Enqueue(new ChatUnavailableException("lost") { MayHaveHappened = true });
        var count = 0;
        var filter = new ScriptedFilter(message => FilterDecision.Replace($"{message.Text} {++count}"));
        var chat = new Chat(store, filters: [filter]);

        (await chat.SendAsync(Room, "alice", "hello", Cancelled)).IsDuplicate.Should().BeTrue("an earlier attempt has stored it");

        filter.Asked.Should().ContainSingle();
        store.Calls.Should().Be(3);
        (await chat.ReceiveAsync(Room, cancellationToken: Cancelled)).Messages.Should().ContainSingle().Which.Text.Should().Be("hello 1");
    }

    [Fact]
    public async Task Bad_input_is_refused_before_any_filter_runs()
    {
        var filter = new ScriptedFilter(_ => FilterDecision.Accept);
        var chat = Chat(filter);

        await Assert.ThrowsAsync<ChatInputException>(() => chat.SendAsync(Room, "alice", "", Cancelled));
        await Assert.ThrowsAsync<ChatInputException>(() => chat.SendAsync(Room, null!, Cancelled));
        await Assert.ThrowsAsync<ChatInputException>(() => chat.SendManyAsync(Room, [new("alice", "one"), new("alice", "")], Cancelled));
        await Assert.ThrowsAsync<ChatInputException>(() => chat.EditAsync(Room, 0, "alice", "hello", Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(() => chat.SendAsync(Room, new NewMessage("alice", "hello"), Durability.Replicated(1, TimeSpan.FromSeconds(1)), Cancelled));

        filter.Asked.Should().BeEmpty();
    }

    [Fact]
    public async Task A_filter_that_throws_refuses_the_message_and_the_log_has_no_text_above_trace()
    {
        var chat = Chat(new ScriptedFilter(message => throw new FormatException($"Cannot read '{message.Text}'.")));

        var error = await Assert.ThrowsAsync<ChatForbiddenException>(() => chat.SendAsync(Room, "alice", "my secret", Cancelled));

        error.Message.Should().Be("The message was refused because a filter could not check it. Nothing was changed; try again later.");
        error.InnerException.Should().BeOfType<FormatException>();
        (await chat.ReceiveAsync(Room, cancellationToken: Cancelled)).Messages.Should().BeEmpty();
        var (level, name, text, logged) = _log.Entries.First();
        (level, name, logged).Should().Be((LogLevel.Warning, "FilterFailed", null));
        text.Should().Contain(nameof(ScriptedFilter)).And.Contain(nameof(FormatException)).And.Contain("Refuse").And.NotContain("secret");
        _log.Entries.Where(entry => entry.Level > LogLevel.Trace).Should().NotContain(entry => $"{entry.Text}{entry.Error}".Contains("secret", StringComparison.Ordinal));
        _log.Entries.Should().Contain(entry => entry.Level == LogLevel.Trace && entry.Error is FormatException);
    }

    [Fact]
    public async Task Where_failures_accept_the_other_filters_still_decide()
    {
        _options.Filters.OnFailure = FilterFailureMode.Accept;
        var chat = Chat(
            new ScriptedFilter(message => FilterDecision.Replace(message.Text + " one")),
            new ScriptedFilter(_ => throw new InvalidOperationException("A bug of the filter.")),
            new ScriptedFilter(message => message.Text.StartsWith("bad", StringComparison.Ordinal) ? Refusal : FilterDecision.Replace(message.Text + " three")));

        await chat.SendAsync(Room, "alice", "hello", Cancelled);
        await Assert.ThrowsAsync<ChatForbiddenException>(() => chat.SendAsync(Room, "alice", "bad", Cancelled));

        (await chat.ReceiveAsync(Room, cancellationToken: Cancelled)).Messages.Should().ContainSingle().Which.Text.Should().Be("hello one three");
        _log.Entries.First().Text.Should().Contain("Accept");
    }

    [Theory]
    [InlineData(FilterFailureMode.Refuse)]
    [InlineData(FilterFailureMode.Accept)]
    public async Task A_filter_that_does_not_decide_in_time_is_not_waited_for_even_if_it_ignores_the_token(FilterFailureMode onFailure)
    {
        _options.Filters.OnFailure = onFailure;
        _options.Filters.Timeout = TimeSpan.FromSeconds(2);
        var undecided = new TaskCompletionSource<FilterDecision>();
        var next = new ScriptedFilter(_ => Refusal);
        var chat = Chat(
            new ScriptedFilter(message => FilterDecision.Replace(message.Text + "!")), new ScriptedFilter((_, _) => new(undecided.Task)), next);
        var send = chat.SendAsync(Room, "alice", "hello", Cancelled);

        _time.Advance(TimeSpan.FromSeconds(2) - TimeSpan.FromTicks(1));
        send.IsCompleted.Should().BeFalse();
        _time.Advance(TimeSpan.FromTicks(1));

        if (onFailure == FilterFailureMode.Refuse)
        {
            (await Assert.ThrowsAsync<ChatForbiddenException>(() => send)).InnerException.Should().BeOfType<TimeoutException>();
        }
        else
        {
            await send;
            (await chat.GetAsync(Room, 1, Cancelled))!.Text.Should().Be("hello!", "that is what the filter before it made of the message");
        }

        next.Asked.Should().BeEmpty("no time is left for it");
        _log.Entries.First().Should().Match<(LogLevel Level, string? Event, string Text, Exception? Error)>(entry =>
            entry.Level == LogLevel.Warning && entry.Event == "FilterLate" && entry.Text.Contains("2000", StringComparison.Ordinal));
        undecided.SetException(new InvalidOperationException("Too late."));
    }

    [Fact]
    public async Task The_time_is_for_all_filters_together_and_for_each_message_anew()
    {
        _options.Filters.Timeout = TimeSpan.FromSeconds(2);
        var filter = new ScriptedFilter(_ =>
        {
            _time.Advance(TimeSpan.FromSeconds(1.1));
            return FilterDecision.Accept;
        });

        await Chat(filter).SendManyAsync(Room, [new("alice", "one"), new("alice", "two"), new("alice", "three")], Cancelled);
        var error = await Assert.ThrowsAsync<ChatForbiddenException>(() => Chat(filter, filter, filter).SendAsync(Room, "alice", "four", Cancelled));

        error.InnerException.Should().BeOfType<TimeoutException>();
        filter.Asked.Should().HaveCount(5, "the third filter had no time left");
    }

    [Theory]
    [InlineData("")]
    [InlineData("too long")]
    [InlineData("\uD800")]
    [InlineData(null)]
    public async Task What_a_filter_returns_is_checked_before_it_is_stored(string? text)
    {
        _options.MaxTextBytes = 5;
        var filter = new ScriptedFilter(_ => text is null ? null! : FilterDecision.Replace(text));

        await Assert.ThrowsAsync<ChatForbiddenException>(() => Chat(filter).SendAsync(Room, "alice", "hello", Cancelled));

        _options.Filters.OnFailure = FilterFailureMode.Accept;
        await Chat(filter).SendAsync(Room, "alice", "hello", Cancelled);
        (await Chat().GetAsync(Room, 1, Cancelled))!.Text.Should().Be("hello");
    }

    [Fact]
    public async Task Metadata_that_a_filter_returns_is_checked_and_copied()
    {
        _options.MaxMetadataEntries = 1;
        var metadata = new Dictionary<string, string> { ["one"] = "1" };
        var chat = Chat(new ScriptedFilter(message => FilterDecision.Replace(message.Text, metadata)));

        await chat.SendAsync(Room, "alice", "hello", Cancelled);
        metadata["two"] = "2";
        await Assert.ThrowsAsync<ChatForbiddenException>(() => chat.SendAsync(Room, "alice", "hello", Cancelled));

        (await chat.GetAsync(Room, 1, Cancelled))!.Metadata.Should().ContainSingle();
    }

    [Fact]
    public async Task A_sender_that_gives_up_is_canceled_and_not_refused()
    {
        using var end = new CancellationTokenSource();
        var chat = Chat(new ScriptedFilter(async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return FilterDecision.Accept;
        }));
        var send = chat.SendAsync(Room, "alice", "hello", end.Token);

        await end.CancelAsync();

        (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => send)).CancellationToken.Should().Be(end.Token);
        _log.Entries.Should().BeEmpty();
    }

    [Fact]
    public async Task A_message_that_is_being_filtered_counts_as_a_pending_operation()
    {
        _options.MaxPendingOperations = 1;
        var undecided = new TaskCompletionSource<FilterDecision>();
        var chat = Chat(new ScriptedFilter((_, _) => new(undecided.Task)));
        var first = chat.SendAsync(Room, "alice", "one", Cancelled);

        await Assert.ThrowsAsync<ChatOverloadedException>(() => chat.SendAsync(Room, "alice", "two", Cancelled));

        undecided.SetResult(FilterDecision.Accept);
        (await first).Id.Should().Be(1);
    }

    [Fact]
    public void Decisions_and_filters_are_checked_where_they_are_made()
    {
        Assert.Throws<ArgumentNullException>(() => FilterDecision.Replace(null!));
        Assert.ThrowsAny<ArgumentException>(() => FilterDecision.Refuse(" "));
        Assert.Throws<ArgumentException>(() => Chat([null!]));
    }

    [Fact]
    public void The_original_of_a_message_is_what_the_caller_sent()
    {
        var sent = new NewMessage("alice", "hello") { IdempotencyKey = "key" };
        var other = new Dictionary<string, string> { ["n"] = "1" };

        sent.With("hello", sent.Metadata).Should().BeSameAs(sent);
        sent.With("hi", sent.Metadata).Original.Should().BeSameAs(sent);
        sent.With("hello", other).Original.Should().BeSameAs(sent);
        (sent.Original, sent.IsKeyGenerated).Should().Be((null, false));
        var generated = sent with { IsKeyGenerated = true };
        generated.With("hi", sent.Metadata).Should().Be(new NewMessage("alice", "hi") { IdempotencyKey = "key", IsKeyGenerated = true });
        (generated with { IsKeyGenerated = false }).IsKeyGenerated.Should().BeFalse();
        (sent.With("hi", sent.Metadata) with { IsKeyGenerated = true }).Original.Should().BeNull();
    }

    [Fact]
    public void What_a_message_replies_to_is_kept_whatever_happens_to_it()
    {
        var sent = new NewMessage("alice", "hello") { ReplyTo = 5, IdempotencyKey = "key" };

        var replaced = sent.With("hi", sent.Metadata);
        (replaced.ReplyTo, replaced.Original).Should().Be((5, sent));
        var generated = replaced with { IsKeyGenerated = true };
        (generated.ReplyTo, generated.IsKeyGenerated, generated.Original).Should().Be((5, true, null));
        (generated with { IsKeyGenerated = false }).Should().Be(new NewMessage("alice", "hi") { IdempotencyKey = "key", ReplyTo = 5 });
        (generated with { ReplyTo = null }).Should().Be(new NewMessage("alice", "hi") { IdempotencyKey = "key", IsKeyGenerated = true });
        (sent with { ReplyTo = 6 }).Should().NotBe(sent);
    }

    private Chat Chat(params IMessageFilter[] filters) => new(_store, _options, _time, _log, filters);
}
