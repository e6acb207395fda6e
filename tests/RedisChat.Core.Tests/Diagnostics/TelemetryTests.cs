using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using RedisChat.Tests.Storage;

namespace RedisChat.Tests.Diagnostics;

/// <summary>A chat's telemetry. The process shares the instruments, so each test looks for its own room or a difference.</summary>
public sealed class TelemetryTests
{
    private readonly string _room = $"room {Guid.NewGuid()}";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_operation_is_a_span()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ChatDiagnostics.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var chat = new Chat(new InMemoryMessageStore());

        await chat.SendAsync(_room, "alice", "hello", Cancelled);
        await Assert.ThrowsAsync<ChatForbiddenException>(() => chat.DeleteAsync(_room, 1, "bob", cancellationToken: Cancelled));

        var own = spans.Where(span => (string?)span.GetTagItem("messaging.destination.name") == _room).ToList();
        own.Select(span => span.DisplayName).Should().Equal("send chatroom", "delete chatroom");
        own[0].Kind.Should().Be(ActivityKind.Producer);
        own[0].Status.Should().Be(ActivityStatusCode.Unset);
        own[1].Status.Should().Be(ActivityStatusCode.Error);
        own[1].GetTagItem("error.type").Should().Be(nameof(ChatForbiddenException));
    }

    [Fact]
    public async Task The_processing_of_a_live_event_is_an_activity_that_links_to_the_send()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ChatDiagnostics.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var chat = new Chat(new InMemoryMessageStore());

        // The first event of a new room is read from the store.
        await chat.SendAsync(_room, "alice", "before", Cancelled);
        await using var watcher = chat.WatchAsync(_room).GetAsyncEnumerator(Cancelled);
        (await watcher.MoveNextAsync()).Should().BeTrue();
        spans.Clear();
        await chat.SendAsync(_room, "alice", "hello", Cancelled);
        Activity.Current = null;

        (await watcher.MoveNextAsync()).Should().BeTrue();
        Activity.Current.Should().BeNull("the application's own activities are not touched");
        spans.Should().NotContain(span => span.DisplayName == "process chatroom" && (string?)span.GetTagItem("messaging.destination.name") == _room);
        var next = watcher.MoveNextAsync();

        var own = spans.Where(span => (string?)span.GetTagItem("messaging.destination.name") == _room).ToList();
        var send = own.Single(span => span.DisplayName == "send chatroom");
        var process = own.Single(span => span.DisplayName == "process chatroom");
        process.Kind.Should().Be(ActivityKind.Consumer);
        process.GetTagItem("messaging.operation.type").Should().Be("process");
        process.Parent.Should().BeNull();
        process.TraceId.Should().NotBe(send.TraceId);
        var link = process.Links.Should().ContainSingle().Subject.Context;
        (link.TraceId, link.SpanId, link.IsRemote).Should().Be((send.TraceId, send.SpanId, true));
        await watcher.DisposeAsync();
        (await next).Should().BeFalse();
    }

    [Fact]
    public async Task Messages_operations_and_retries_are_measured_without_rooms_or_users_in_the_tags()
    {
        var measured = new ConcurrentQueue<(string Instrument, double Value, string Tags)>();
        using var listener = Listen(measured);
        var store = new FaultyStore(new InMemoryMessageStore());
        store.Faults.Enqueue(new ChatUnavailableException());

        await new Chat(store).SendManyAsync(_room, [new("alice", "one"), new("alice", "two")], Cancelled);

        measured.Should().Contain(m => m.Instrument == ChatDiagnostics.SentMessages && m.Value == 2);
        measured.Should().Contain(m => m.Instrument == ChatDiagnostics.Retries && m.Value == 1 && m.Tags == "messaging.operation.name=send");
        measured.Should().Contain(m => m.Instrument == ChatDiagnostics.OperationDuration && m.Tags == "messaging.operation.name=send");
        measured.Should().NotContain(m => m.Tags.Contains("alice", StringComparison.Ordinal) || m.Tags.Contains(_room, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Watchers_events_catch_ups_and_gaps_are_measured()
    {
        var measured = new ConcurrentQueue<(string Instrument, double Value, string Tags)>();
        using var listener = Listen(measured);
        var chat = new Chat(new InMemoryMessageStore());
        await chat.SendAsync(_room, "alice", "hello", Cancelled);

        await foreach (var happened in chat.WatchAsync(_room, new RoomPosition(1, 1, 1, 1), Cancelled))
        {
            if (happened is RoomEvent.CaughtUp)
            {
                break;
            }
        }

        measured.Should().Contain(m => m.Instrument == ChatDiagnostics.Watchers && m.Value == 1);
        measured.Should().Contain(m => m.Instrument == ChatDiagnostics.Watchers && m.Value == -1);
        measured.Should().Contain(m => m.Instrument == ChatDiagnostics.CatchUps && m.Tags == "redischat.cause=start");
        measured.Should().Contain(m => m.Instrument == ChatDiagnostics.Gaps && m.Value == 1);
        measured.Count(m => m.Instrument == ChatDiagnostics.DeliveredEvents).Should().BeGreaterThanOrEqualTo(2);
        measured.Should().NotContain(m => m.Tags.Contains(_room, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_that_a_user_wrote_is_logged()
    {
        var logger = new ListLogger();
        var store = new FaultyStore(new InMemoryMessageStore());
        store.Faults.Enqueue(new ChatUnavailableException("away"));
        var chat = new Chat(store, logger: logger);

        await chat.SendAsync(_room, "alice", "my secret", Cancelled);

        logger.Lines.Should().ContainSingle().Which.Should().StartWith("The send failed and will be retried").And.NotContain("secret");
    }

    [Fact]
    public async Task Each_place_with_unreadable_data_is_logged_once()
    {
        UnreadableMessage[] unreadable =
        [
            new(1) { Key = "open", Field = "1" }, new(128) { Key = "sealed", Field = "1" }, new(129) { Key = "sealed", Field = "1" }, new(null) { Key = "index" }, new(300),
        ];
        var logger = new ListLogger();
        var measured = new ConcurrentQueue<(string Instrument, double Value, string Tags)>();
        using var listener = Listen(measured);
        var chat = new Chat(new PageStore(new MessagePage { Messages = [], Position = default, Unreadable = unreadable }), logger: logger);

        await chat.ReceiveAsync(_room, cancellationToken: Cancelled);

        logger.Lines.Select(line => line[line.LastIndexOf(':')..])
            .Should().Equal(": key open, field 1.", ": key sealed, field 1.", ": key index, field (none).", ": key (unknown), field (none).");
        measured.Should().Contain(m => m.Instrument == ChatDiagnostics.UnreadableMessages && m.Value == 5);
    }

    [Fact]
    public async Task Each_room_of_a_stream_of_many_is_measured_as_a_watcher()
    {
        var measured = new ConcurrentQueue<(string Instrument, double Value, string Tags)>();
        using var listener = Listen(measured);
        var chat = new Chat(new InMemoryMessageStore());
        await using var watched = chat.WatchManyAsync([new(_room, null), new(_room + " 2", null), new(_room + " 3", null)], cancellationToken: Cancelled);
        await using (var events = watched.GetAsyncEnumerator(Cancelled))
        {
            for (var room = 0; room < 3; room++)
            {
                (await events.MoveNextAsync()).Should().BeTrue();
                events.Current.Should().Be(events.Current);
            }

            watched.Remove(_room).Should().BeTrue();
        }

        // Other tests may watch at the same time.
        measured.Count(m => m.Instrument == ChatDiagnostics.Watchers && m.Value == 1).Should().BeGreaterThanOrEqualTo(3);
        measured.Count(m => m.Instrument == ChatDiagnostics.Watchers && m.Value == -1).Should().BeGreaterThanOrEqualTo(3);
        measured.Count(m => m.Instrument == ChatDiagnostics.DeliveredEvents).Should().BeGreaterThanOrEqualTo(3);
    }

    [Fact]
    public async Task Filters_are_a_span_of_their_own_and_their_decisions_are_counted()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var activities = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ChatDiagnostics.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(activities);
        var measured = new ConcurrentQueue<(string Instrument, double Value, string Tags)>();
        using var listener = Listen(measured);
        var chat = new Chat(new InMemoryMessageStore(), filters: [new Filters.ScriptedFilter(message =>
            message.Text == "refuse" ? FilterDecision.Refuse("No.") : message.Text == "fail" ? throw new FormatException() : FilterDecision.Replace("other"))]);

        await chat.SendAsync(_room, "alice", "hello", Cancelled);
        await Assert.ThrowsAsync<ChatForbiddenException>(() => chat.SendAsync(_room, "alice", "refuse", Cancelled));
        await Assert.ThrowsAsync<ChatForbiddenException>(() => chat.EditAsync(_room, 1, "alice", "fail", Cancelled));

        spans.Where(span => (string?)span.GetTagItem("messaging.destination.name") == _room).Select(span => (span.DisplayName, span.Status)).Should().Equal(
            ("filter chatroom", ActivityStatusCode.Unset), ("send chatroom", ActivityStatusCode.Unset),
            ("filter chatroom", ActivityStatusCode.Error), ("filter chatroom", ActivityStatusCode.Error));
        measured.Where(one => one.Instrument == ChatDiagnostics.FilteredMessages).Select(one => one.Tags)
            .Should().Contain("redischat.outcome=replaced").And.Contain("redischat.outcome=refused").And.Contain("redischat.outcome=failed");
    }

    private static MeterListener Listen(ConcurrentQueue<(string Instrument, double Value, string Tags)> measured)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == ChatDiagnostics.MeterName)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => measured.Enqueue((instrument.Name, value, Text(tags))));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => measured.Enqueue((instrument.Name, value, Text(tags))));
        listener.Start();
        return listener;
    }

    private static string Text(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = new List<string>();
        foreach (var (key, value) in tags)
        {
            text.Add($"{key}={value}");
        }

        return string.Join(',', text);
    }

    private sealed class ListLogger : ILogger<Chat>
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue(formatter(state, exception));
    }
}
