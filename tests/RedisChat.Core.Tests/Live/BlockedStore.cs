namespace RedisChat.Tests.Live;

/// <summary>A store whose reads never complete on their own.</summary>
internal sealed class BlockedStore : IMessageStore, ILiveRooms, ILiveRoom, IDisposable
{
    private readonly CancellationTokenSource _ending = new();

    /// <summary>Completes when a read is under way.</summary>
    public TaskCompletionSource Read { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool RecognizesRepeatedAppends => true;

    public CancellationToken Ending => _ending.Token;

    public RoomFeed Feed { get; } = new(100);

    /// <summary>Ends all reads, as disposing a store does.</summary>
    public async Task EndAsync()
    {
        await _ending.CancelAsync();
        Feed.WakeAll();
    }

    public void Dispose() => _ending.Dispose();

    public ValueTask<ILiveRoom> JoinAsync(string room, CancellationToken cancellationToken) => new(this);

    public void Confirmed(RoomPosition position)
    {
    }

    public ValueTask LeaveAsync() => default;

    public async ValueTask<RoomChanges> ReadChangesAsync(string room, RoomPosition after, int limit, CancellationToken cancellationToken = default)
    {
        Read.TrySetResult();
        await Task.Delay(Timeout.Infinite, cancellationToken);
        throw new InvalidOperationException("Not reached.");
    }

    public IAsyncEnumerable<RoomEvent> WatchAsync(string room, WatchOptions options, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<MessageReceipt>> AppendAsync(string room, IReadOnlyList<NewMessage> messages, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public ValueTask<Message?> GetAsync(string room, long id, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<MessagePage> ReadAsync(string room, MessageQuery query, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<MessageChange> ChangeAsync(string room, long id, Func<Message, MessageDecision> decide, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();
}
