using Microsoft.Extensions.Logging;

namespace RedisChat.Tests.Scheduling;

/// <summary>What the sender of scheduled messages does with those that it can neither send nor change.</summary>
public sealed class ScheduleSenderTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_refused_message_whose_refusal_cannot_be_recorded_stops_no_other_room()
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var log = new FailureLog();
        var store = new Store(log);
        var running = new ScheduleSender(store, new OperationRunner(new ChatOptions(), TimeProvider.System, log), null).RunAsync(end.Token);

        (await store.Settled.WaitAsync(TimeSpan.FromSeconds(30), Cancelled)).Should().Be("open", "the other message is due again when its claim ends");

        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        (await log.Failed).Should().BeOfType<ChatDataException>();
    }

    [Fact]
    public async Task A_message_that_was_changed_since_it_was_claimed_is_due_again_at_once()
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var store = new Store(new FailureLog()) { IsChanged = true };
        var running = new ScheduleSender(store, new OperationRunner(new ChatOptions(), TimeProvider.System, new FailureLog()), null).RunAsync(end.Token);

        await store.Settled.WaitAsync(TimeSpan.FromSeconds(30), Cancelled);

        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        store.Again.Should().Be(TimeSpan.Zero);
    }

    /// <summary>Has two messages: one is refused, and cannot be read any more; the other one is sent once the first has failed, unless it is canceled by that.</summary>
    private sealed class Store(FailureLog log) : IScheduleStore
    {
        private readonly TaskCompletionSource<string> _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _isClaimed;

        /// <summary>Whether all messages have been changed since they were claimed.</summary>
        public bool IsChanged { get; init; }

        /// <summary>When the first message whose claim is ended is due again.</summary>
        public TimeSpan? Again { get; private set; }

        /// <summary>The room of the first message whose claim is ended.</summary>
        public Task<string> Settled => _settled.Task;

        public ValueTask<DueMessages> ClaimDueAsync(TimeSpan lease, int atMost, CancellationToken cancellationToken)
        {
            DueMessage[] due = _isClaimed ? [] : [New("locked"), New("open")];
            _isClaimed = true;
            return new(new DueMessages { Messages = due, Next = null });
        }

        public async ValueTask<MessageReceipt?> SendScheduledAsync(DueMessage due, NewMessage message, Durability durability, CancellationToken cancellationToken)
        {
            if (IsChanged)
            {
                return null;
            }

            if (due.Message.Room == "locked")
            {
                throw new ChatForbiddenException("The rules do not allow it.");
            }

            await log.Failed.WaitAsync(cancellationToken);
            return new MessageReceipt { Id = 1, Timestamp = default, Position = RoomPosition.Start };
        }

        public ValueTask<ScheduledMessage?> ChangeScheduledAsync(string room, string user, string id, Func<ScheduledMessage, ScheduledMessage> decide, CancellationToken cancellationToken) =>
            throw new ChatDataException("Its data key was deleted.");

        public ValueTask SettleAsync(DueMessage due, TimeSpan? again, CancellationToken cancellationToken)
        {
            Again ??= again;
            _settled.TrySetResult(due.Message.Room);
            return default;
        }

        public ValueTask<ScheduledMessage> ScheduleAsync(ScheduledMessage message, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<ScheduledMessage>> ListScheduledAsync(string room, string user, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<bool> CancelScheduledAsync(string room, string user, string id, CancellationToken cancellationToken) => throw new NotSupportedException();

        private static DueMessage New(string room) =>
            new(new ScheduledMessage { Id = "0af7651916cd43dd8448eb211c80319c", Room = room, Message = new NewMessage("alice", "hello"), SendAt = default }, "");
    }

    /// <summary>Waits for the log entry of a message that could not be sent.</summary>
    private sealed class FailureLog : ILogger
    {
        private readonly TaskCompletionSource<Exception?> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Exception?> Failed => _failed.Task;

        IDisposable? ILogger.BeginScope<TState>(TState state) => null;

        bool ILogger.IsEnabled(LogLevel logLevel) => true;

        void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Name == "ScheduleFailed")
            {
                _failed.TrySetResult(exception);
            }
        }
    }
}
