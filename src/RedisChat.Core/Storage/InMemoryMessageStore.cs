using System.Collections.Concurrent;

namespace RedisChat;

/// <summary>
/// Keeps messages in this process's memory: for tests of applications, and as the readable form of what a store does. It forgets
/// everything when the process ends and is bounded only by memory.
/// </summary>
public sealed class InMemoryMessageStore : IMessageStore
{
    private readonly ConcurrentDictionary<string, InMemoryRoom> _rooms = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private readonly TimeSpan _idempotencyWindow;

    /// <summary>Makes an empty store.</summary>
    /// <param name="time">The store's clock; the system's by default.</param>
    /// <param name="idempotencyWindow">For how long idempotency keys are remembered; 10 minutes by default.</param>
    public InMemoryMessageStore(TimeProvider? time = null, TimeSpan? idempotencyWindow = null)
    {
        _time = time ?? TimeProvider.System;
        _idempotencyWindow = idempotencyWindow ?? TimeSpan.FromMinutes(10);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(_idempotencyWindow, TimeSpan.Zero, nameof(idempotencyWindow));
    }

    /// <inheritdoc/>
    public bool RecognisesRepeatedAppends => true;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<MessageReceipt>> AppendAsync(
        string room, IReadOnlyList<NewMessage> messages, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var target = _rooms.GetOrAdd(room, static (id, store) => new InMemoryRoom(id, store._time, store._idempotencyWindow), this);
        return new(target.Append(messages));
    }

    /// <inheritdoc/>
    public ValueTask<Message?> GetAsync(string room, long id, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(_rooms.TryGetValue(room, out var target) ? target.Get(id) : null);
    }

    /// <inheritdoc/>
    public ValueTask<MessagePage> ReadAsync(string room, MessageQuery query, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(_rooms.TryGetValue(room, out var target)
            ? target.Read(query)
            : new MessagePage { Messages = [], Position = RoomPosition.Start });
    }

    /// <inheritdoc/>
    public ValueTask<MessageChange> ChangeAsync(
        string room, long id, Func<Message, Message?> change, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(_rooms.TryGetValue(room, out var target)
            ? target.Change(id, change)
            : new MessageChange(ChangeOutcome.NotFound, null));
    }
}
