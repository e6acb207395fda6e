namespace RedisChat.Tests.Storage;

/// <summary>A store that must not be reached.</summary>
internal sealed class UnusableStore : IMessageStore
{
    public ValueTask<RoomChanges> ReadChangesAsync(string room, RoomPosition after, int limit, CancellationToken cancellationToken = default) =>
        throw new InvalidOperationException("The store was reached.");

    public IAsyncEnumerable<RoomEvent> WatchAsync(string room, WatchOptions options, CancellationToken cancellationToken = default) =>
        throw new InvalidOperationException("The store was reached.");

    public bool RecognizesRepeatedAppends => true;

    public ValueTask<IReadOnlyList<MessageReceipt>> AppendAsync(string room, IReadOnlyList<NewMessage> messages, CancellationToken cancellationToken = default) =>
        throw new InvalidOperationException("The store was reached.");

    public ValueTask<Message?> GetAsync(string room, long id, CancellationToken cancellationToken = default) =>
        throw new InvalidOperationException("The store was reached.");

    public ValueTask<MessagePage> ReadAsync(string room, MessageQuery query, CancellationToken cancellationToken = default) =>
        throw new InvalidOperationException("The store was reached.");

    public ValueTask<MessageChange> ChangeAsync(string room, long id, Func<Message, MessageDecision> decide, CancellationToken cancellationToken = default) =>
        throw new InvalidOperationException("The store was reached.");
}

/// <summary>A store with one page.</summary>
internal sealed class PageStore(MessagePage page) : IMessageStore
{
    public ValueTask<RoomChanges> ReadChangesAsync(string room, RoomPosition after, int limit, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public IAsyncEnumerable<RoomEvent> WatchAsync(string room, WatchOptions options, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public bool RecognizesRepeatedAppends => true;

    public ValueTask<IReadOnlyList<MessageReceipt>> AppendAsync(string room, IReadOnlyList<NewMessage> messages, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public ValueTask<Message?> GetAsync(string room, long id, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<MessagePage> ReadAsync(string room, MessageQuery query, CancellationToken cancellationToken = default) => new(page);

    public ValueTask<MessageChange> ChangeAsync(string room, long id, Func<Message, MessageDecision> decide, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();
}

/// <summary>A real store behind a bad connection: each call runs into the next fault.</summary>
internal sealed class FaultyStore(IMessageStore inner) : IMessageStore
{
    /// <summary>The exceptions for the next calls, in order; <see langword="null"/> lets a call pass.</summary>
    public Queue<Exception?> Faults { get; } = [];

    /// <summary>Whether a fault strikes after the call has run (its answer is lost), rather than before.</summary>
    public bool FaultsComeAfterwards { get; set; }

    public int Calls { get; private set; }

    public bool RecognizesRepeatedAppends { get; set; } = inner.RecognizesRepeatedAppends;

    public ValueTask<IReadOnlyList<MessageReceipt>> AppendAsync(string room, IReadOnlyList<NewMessage> messages, CancellationToken cancellationToken = default) =>
        CallAsync(() => inner.AppendAsync(room, messages, cancellationToken));

    public ValueTask<Message?> GetAsync(string room, long id, CancellationToken cancellationToken = default) =>
        CallAsync(() => inner.GetAsync(room, id, cancellationToken));

    public ValueTask<MessagePage> ReadAsync(string room, MessageQuery query, CancellationToken cancellationToken = default) =>
        CallAsync(() => inner.ReadAsync(room, query, cancellationToken));

    public ValueTask<MessageChange> ChangeAsync(string room, long id, Func<Message, MessageDecision> decide, CancellationToken cancellationToken = default) =>
        CallAsync(() => inner.ChangeAsync(room, id, decide, cancellationToken));

    public ValueTask<RoomChanges> ReadChangesAsync(string room, RoomPosition after, int limit, CancellationToken cancellationToken = default) =>
        CallAsync(() => inner.ReadChangesAsync(room, after, limit, cancellationToken));

    public IAsyncEnumerable<RoomEvent> WatchAsync(string room, WatchOptions options, CancellationToken cancellationToken = default) =>
        inner.WatchAsync(room, options, cancellationToken);

    private async ValueTask<T> CallAsync<T>(Func<ValueTask<T>> call)
    {
        Calls++;
        var fault = Faults.TryDequeue(out var next) ? next : null;
        if (fault is not null && !FaultsComeAfterwards)
        {
            throw fault;
        }

        var result = await call();
        return fault is null ? result : throw fault;
    }
}

/// <summary>A store that never answers.</summary>
internal sealed class SilentStore : IMessageStore
{
    public bool RecognizesRepeatedAppends => true;

    public ValueTask<IReadOnlyList<MessageReceipt>> AppendAsync(string room, IReadOnlyList<NewMessage> messages, CancellationToken cancellationToken = default) =>
        SilenceAsync<IReadOnlyList<MessageReceipt>>(cancellationToken);

    public ValueTask<Message?> GetAsync(string room, long id, CancellationToken cancellationToken = default) => SilenceAsync<Message?>(cancellationToken);

    public ValueTask<MessagePage> ReadAsync(string room, MessageQuery query, CancellationToken cancellationToken = default) =>
        SilenceAsync<MessagePage>(cancellationToken);

    public ValueTask<MessageChange> ChangeAsync(string room, long id, Func<Message, MessageDecision> decide, CancellationToken cancellationToken = default) =>
        SilenceAsync<MessageChange>(cancellationToken);

    public ValueTask<RoomChanges> ReadChangesAsync(string room, RoomPosition after, int limit, CancellationToken cancellationToken = default) =>
        SilenceAsync<RoomChanges>(cancellationToken);

    public IAsyncEnumerable<RoomEvent> WatchAsync(string room, WatchOptions options, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    private static async ValueTask<T> SilenceAsync<T>(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        throw new InvalidOperationException("Not reached.");
    }
}
