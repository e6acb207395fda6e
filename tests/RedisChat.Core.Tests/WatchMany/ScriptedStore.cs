using System.Threading.Tasks.Sources;

namespace RedisChat.Tests.WatchMany;

/// <summary>A store whose rooms deliver what the test says, when it says so. Fails if a watch is not used as its contract demands.</summary>
internal sealed class ScriptedStore : IMessageStore
{
    private readonly Dictionary<string, ScriptedRoom> _rooms = [];

    public bool RecognizesRepeatedAppends => true;

    public ScriptedRoom this[string room] => _rooms.TryGetValue(room, out var existing) ? existing : _rooms[room] = new ScriptedRoom();

    public IAsyncEnumerable<RoomEvent> WatchAsync(string room, WatchOptions options, CancellationToken cancellationToken = default) => this[room].Watch(options);

    public ValueTask<IReadOnlyList<MessageReceipt>> AppendAsync(string room, IReadOnlyList<NewMessage> messages, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public ValueTask<Message?> GetAsync(string room, long id, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<MessagePage> ReadAsync(string room, MessageQuery query, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<MessageChange> ChangeAsync(string room, long id, Func<Message, MessageDecision> decide, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public ValueTask<RoomChanges> ReadChangesAsync(string room, RoomPosition after, int limit, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();
}

/// <summary>A room of the <see cref="ScriptedStore"/>. Its events are gaps whose positions count 1, 2, 3 …</summary>
internal sealed class ScriptedRoom
{
    private readonly object _gate = new();
    private readonly Queue<object?> _script = [];
    private Watcher? _awaiting;
    private long _last;

    /// <summary>The options of the last watch.</summary>
    public WatchOptions? Options { get; private set; }

    /// <summary>How many watches have begun, but not ended.</summary>
    public int Watched { get; private set; }

    /// <summary>How many events were taken out of the script.</summary>
    public int Taken { get; private set; }

    /// <summary>Called in the middle of each request for an event.</summary>
    public Action? OnRequest { get; set; }

    /// <summary>What disposing a watch throws.</summary>
    public Exception? DisposalError { get; set; }

    /// <summary>What beginning a watch throws.</summary>
    public Exception? StartError { get; set; }

    public IAsyncEnumerable<RoomEvent> Watch(WatchOptions options)
    {
        Options = options;
        return new Events(this);
    }

    /// <summary>Delivers events, now or when they are requested.</summary>
    public void Publish(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Do(new RoomEvent.Gap(new RoomPosition(1, ++_last, 1, 0)));
        }
    }

    /// <summary>Fails the watch, now or when the next event is requested.</summary>
    public void Fail(Exception error) => Do(error);

    /// <summary>Ends the watch without an error, as no store should.</summary>
    public void End() => Do(null);

    private void Do(object? step)
    {
        Watcher? awaiting;
        lock (_gate)
        {
            awaiting = _awaiting;
            _awaiting = null;
            if (awaiting is null)
            {
                _script.Enqueue(step);
                return;
            }

            Taken++;
        }

        awaiting.Complete(step);
    }

    private sealed class Events(ScriptedRoom room) : IAsyncEnumerable<RoomEvent>
    {
        public IAsyncEnumerator<RoomEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default)
        {
            if (room.StartError is { } error)
            {
                throw error;
            }

            lock (room._gate)
            {
                room.Watched++;
            }

            return new Watcher(room);
        }
    }

    private sealed class Watcher(ScriptedRoom room) : IAsyncEnumerator<RoomEvent>, IValueTaskSource<bool>
    {
        private ManualResetValueTaskSourceCore<bool> _next;
        private RoomEvent? _current;
        private int _isRequesting;
        private bool _isPending;
        private bool _isDisposed;

        public RoomEvent Current => _current ?? throw new InvalidOperationException("There is no event.");

        public ValueTask<bool> MoveNextAsync()
        {
            if (_isPending || _isDisposed || Interlocked.Exchange(ref _isRequesting, 1) == 1)
            {
                throw new InvalidOperationException("An event was requested while one is awaited, or after the end.");
            }

            room.OnRequest?.Invoke();
            try
            {
                lock (room._gate)
                {
                    _current = null;
                    if (!room._script.TryDequeue(out var step))
                    {
                        _next.Reset();
                        _isPending = true;
                        room._awaiting = this;
                        return new(this, _next.Version);
                    }

                    room.Taken++;
                    _current = step as RoomEvent;
                    return step is Exception error ? ValueTask.FromException<bool>(error) : new(_current is not null);
                }
            }
            finally
            {
                _isRequesting = 0;
            }
        }

        public void Complete(object? step)
        {
            _current = step as RoomEvent;
            _isPending = false;
            if (step is Exception error)
            {
                _next.SetException(error);
            }
            else
            {
                _next.SetResult(_current is not null);
            }
        }

        public ValueTask DisposeAsync()
        {
            bool endsWait;
            lock (room._gate)
            {
                if (_isRequesting == 1 || _isDisposed)
                {
                    throw new InvalidOperationException("A watch was disposed twice, or in the middle of a request.");
                }

                _isDisposed = true;
                room.Watched--;
                endsWait = room._awaiting == this;
                room._awaiting = endsWait ? null : room._awaiting;
            }

            if (endsWait)
            {
                Complete(null);
            }

            return room.DisposalError is { } error ? ValueTask.FromException(error) : default;
        }

        public bool GetResult(short token) => _next.GetResult(token);

        public ValueTaskSourceStatus GetStatus(short token) => _next.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _next.OnCompleted(continuation, state, token, flags);
    }
}
