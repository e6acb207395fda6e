using System.Diagnostics;
using System.Threading.Tasks.Sources;

namespace RedisChat;

/// <summary>
/// Delivers a room's events from a position on, each exactly once and in order. Takes live events only as long as they continue what was delivered,
/// and otherwise reads the changes from the store.
/// </summary>
/// <remarks>
/// The state machine is written by hand because a live event must be cheap: delivering one, waiting for one and being woken for one allocate nothing.
/// Reads from the store use compiler-generated iterators.
/// </remarks>
internal sealed class Watcher : IAsyncEnumerator<RoomEvent>, IValueTaskSource<bool>, IThreadPoolWorkItem
{
    private readonly WatchedStore _store;
    private readonly string _name;
    private readonly WatchOptions _options;
    private readonly CancellationToken _ofWatch;
    private readonly CancellationToken _ofEnumeration;
    private readonly WatcherHeartbeat? _heartbeat;
    private readonly SeenRoom _seen = new();

    // Completing this runs the application's code, so it only happens on the pool, in this watcher's own work item.
    private ManualResetValueTaskSourceCore<bool> _next;
    private CancellationTokenRegistration _onWatchCancelled;
    private CancellationTokenRegistration _onEnumerationCancelled;

    // The pending read from the store, and how to cancel it; null while the watcher is live.
    private IAsyncEnumerator<RoomEvent>? _fromStore;
    private CancellationTokenSource? _reading;
    private ILiveRoom? _room;
    private RoomFeedReader? _reader;
    private RoomEvent? _current;
    private Activity? _processing;
    private TaskCompletionSource? _disposed;
    private bool _hasPosition;
    private int _turn;

    public Watcher(WatchedStore store, string room, WatchOptions options, CancellationToken ofWatch, CancellationToken ofEnumeration)
    {
        _store = store;
        _name = room;
        _options = options;
        _ofWatch = ofWatch;
        _ofEnumeration = ofEnumeration == ofWatch ? CancellationToken.None : ofEnumeration;
        _heartbeat = options.Heartbeat is { } interval ? new WatcherHeartbeat(interval, store.Time) : null;
        _hasPosition = options.After is not null;
        _seen.Position = options.After ?? RoomPosition.Start;
        _fromStore = StartAsync().GetAsyncEnumerator(CancellationToken.None);
    }

    /// <summary>Whose turn it is. Only the caller that successfully changes the turn may complete an event or end the watcher.</summary>
    private static class Turn
    {
        /// <summary>The application's turn: no event is awaited.</summary>
        public const int Application = 0;

        /// <summary>The watcher's turn: an event is awaited.</summary>
        public const int Watcher = 1;

        /// <summary>The watcher's turn to end: it was disposed while an event was awaited.</summary>
        public const int Disposal = 2;

        /// <summary>Nobody's turn: the watcher has ended.</summary>
        public const int None = 3;
    }

    private enum Step
    {
        /// <summary>There is an event to deliver.</summary>
        Delivers,

        /// <summary>There is no event; the watcher will be called when there is.</summary>
        Waits,

        /// <summary>The watcher must read from the store first, or end.</summary>
        LeavesLive,
    }

    public RoomEvent Current => _current!;

    private bool MustEnd =>
        _ofWatch.IsCancellationRequested || _ofEnumeration.IsCancellationRequested || _store.Rooms.Ending.IsCancellationRequested
        || Volatile.Read(ref _turn) == Turn.Disposal;

    public ValueTask<bool> MoveNextAsync()
    {
        if (Volatile.Read(ref _turn) is var turn && turn != Turn.Application)
        {
            return turn == Turn.Watcher ? throw new InvalidOperationException("The previous event is still awaited.") : new(false);
        }

        EndProcessing();
        if (_current is RoomEvent.RoomDeleted)
        {
            return EndOfRoomAsync();
        }

        var step = Step.LeavesLive;
        if (_fromStore is null && (step = TryDeliver()) == Step.Delivers)
        {
            return new(true);
        }

        // Do not keep the delivered event alive while waiting: the wait may be long.
        _current = null;
        _next.Reset();
        var next = new ValueTask<bool>(this, _next.Version);
        if (Interlocked.CompareExchange(ref _turn, Turn.Watcher, Turn.Application) != Turn.Application)
        {
            return new(false);
        }

        _heartbeat?.Restart();
        GoOn(step);
        return next;
    }

    /// <summary>Stops watching. A pending <see cref="MoveNextAsync"/> completes without an event.</summary>
    public ValueTask DisposeAsync()
    {
        while (true)
        {
            switch (Interlocked.CompareExchange(ref _turn, Turn.None, Turn.Application))
            {
                case Turn.Application:
                    return EndAsync();
                case Turn.None:
                    return default;
            }

            // An event is awaited, so the watcher must end itself: only it knows its state.
            var disposed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            disposed = Interlocked.CompareExchange(ref _disposed, disposed, null) ?? disposed;
            switch (Interlocked.CompareExchange(ref _turn, Turn.Disposal, Turn.Watcher))
            {
                case Turn.Watcher:
                    EndReading();
                    Volatile.Read(ref _reader)?.Wake();
                    return new(disposed.Task);
                case Turn.Disposal:
                    return new(disposed.Task);
            }
        }
    }

    private async ValueTask<bool> EndOfRoomAsync()
    {
        await DisposeAsync().ConfigureAwait(false);
        return false;
    }

    /// <summary>Called on the pool when the watcher is woken.</summary>
    void IThreadPoolWorkItem.Execute() => GoOn(Step.Waits);

    bool IValueTaskSource<bool>.GetResult(short token) => _next.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _next.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _next.OnCompleted(continuation, state, token, flags);

    /// <summary>Runs until an event was delivered, or there is nothing left to do but wait.</summary>
    private void GoOn(Step step)
    {
        switch (step == Step.Waits ? DeliverOrWait() : step)
        {
            case Step.Delivers:
                Complete();
                break;
            case Step.LeavesLive:
                _ = GoOnFromStoreAsync();
                break;
        }
    }

    private Step DeliverOrWait()
    {
        Step step;
        while ((step = TryDeliver()) == Step.Waits)
        {
            _reader!.BeginWait();
            if ((!_reader.HasNews && !MustEnd && _heartbeat is not { IsDue: true }) || !_reader.TryEndWait())
            {
                break;
            }
        }

        return step;
    }

    private Step TryDeliver()
    {
        var cause = _reader!.TakeCatchUp(out var deleted);
        while (cause == CatchUpCause.None && !MustEnd)
        {
            if (!_reader.TryRead(_seen.Position, out var happened, out var continuity, out var trace))
            {
                if (_heartbeat is null || !_heartbeat.TryTake())
                {
                    return Step.Waits;
                }

                _current = new RoomEvent.Heartbeat(_seen.Position);
                return Step.Delivers;
            }

            if (continuity == Continuity.Passing)
            {
                if (_seen.Take(happened) is not { } news)
                {
                    continue;
                }

                _current = news;
                return Step.Delivers;
            }

            if (continuity == Continuity.Next && happened is RoomEvent.WritingEnded ended)
            {
                // The event does not carry the text. If this process missed a part, the store has it.
                if (ended.Whole() is { } whole)
                {
                    happened = whole;
                }
                else
                {
                    continuity = Continuity.Hole;
                }
            }

            // The store confirms the end of a room, because anyone who may publish on the channel could claim it.
            if (happened is RoomEvent.RoomDeleted end)
            {
                cause = CatchUpCause.Hole;
                deleted = _reader.SkipToNow() ?? end;
            }
            else if (continuity == Continuity.Hole)
            {
                cause = CatchUpCause.Hole;
                deleted = _reader.SkipToNow();
            }
            else if (continuity == Continuity.Next)
            {
                _seen.Position = happened.Position;
                if (happened is not RoomEvent.Unknown && !_seen.WasReadAhead(happened))
                {
                    _seen.Received(happened);
                    _current = happened;
                    _processing = trace is null ? null : ChatTelemetry.BeginProcessing(_name, trace);
                    return Step.Delivers;
                }
            }
        }

        _fromStore = CatchUpAsync(cause, deleted).GetAsyncEnumerator(CancellationToken.None);
        return Step.LeavesLive;
    }

    private async Task GoOnFromStoreAsync()
    {
        try
        {
            var step = Step.LeavesLive;
            while (step == Step.LeavesLive)
            {
                if (MustEnd)
                {
                    throw new OperationCanceledException();
                }

                var hasEvent = _heartbeat is null || !_hasPosition
                    ? await _fromStore!.MoveNextAsync().ConfigureAwait(false)
                    : await _heartbeat.MoveAsync(_fromStore!).ConfigureAwait(false);
                if (hasEvent is { } isEvent && !isEvent)
                {
                    await _fromStore!.DisposeAsync().ConfigureAwait(false);
                    _fromStore = null;
                    step = DeliverOrWait();
                }
                else
                {
                    _current = hasEvent is null ? new RoomEvent.Heartbeat(_seen.Position) : _fromStore!.Current;
                    step = Step.Delivers;
                }
            }

            if (step == Step.Waits)
            {
                return;
            }
        }
        catch (Exception e)
        {
            (e as ChatException)?.Complete(_name, ChatOperations.Watch);
            await EndAwaitedAsync(e).ConfigureAwait(false);
            return;
        }

        Complete();
    }

    /// <summary>Resumes the application, which may be back in <see cref="MoveNextAsync"/> before this returns.</summary>
    private void Complete()
    {
        if (Interlocked.CompareExchange(ref _turn, Turn.Application, Turn.Watcher) == Turn.Watcher)
        {
            _next.SetResult(true);
        }
        else
        {
            // The watcher was disposed just now.
            _ = EndAwaitedAsync(new OperationCanceledException());
        }
    }

    /// <summary>Ends while an event is awaited: the wait fails, or completes without an event if the watcher was disposed.</summary>
    private async Task EndAwaitedAsync(Exception cause)
    {
        try
        {
            await EndAsync().ConfigureAwait(false);
        }
        finally
        {
            if (Interlocked.Exchange(ref _turn, Turn.None) == Turn.Disposal)
            {
                _next.SetResult(false);
            }
            else
            {
                _next.SetException(ErrorOf(cause));
            }

            Volatile.Read(ref _disposed)?.TrySetResult();
        }
    }

    /// <summary>The exception for the application: its own cancellation with its own token, or that the store was disposed.</summary>
    private Exception ErrorOf(Exception cause) => cause switch
    {
        OperationCanceledException when _ofWatch.IsCancellationRequested => new OperationCanceledException(_ofWatch),
        OperationCanceledException when _ofEnumeration.IsCancellationRequested => new OperationCanceledException(_ofEnumeration),
        not ObjectDisposedException when _store.Rooms.Ending.IsCancellationRequested => new ObjectDisposedException(_store.Name, "The store was disposed, which ends its watchers."),
        _ => cause,
    };

    private async IAsyncEnumerable<RoomEvent> StartAsync()
    {
        using var ending = new Reading(this);
        _room = await _store.Rooms.JoinAsync(_name, ending.Token).ConfigureAwait(false);

        // Join the feed first, so that every later event is either read here or arrives live.
        var reader = _room.Feed.Join(this);
        Volatile.Write(ref _reader, reader);
        _onWatchCancelled = _ofWatch.UnsafeRegister(static reader => ((RoomFeedReader)reader!).Wake(), reader);
        _onEnumerationCancelled = _ofEnumeration.UnsafeRegister(static reader => ((RoomFeedReader)reader!).Wake(), reader);
        _heartbeat?.Join(reader);
        var catchUp = new CatchUp(_store, _name, _seen, _options.MaxCatchUp);
        if (_options.After is not null)
        {
            await foreach (var missed in catchUp.RunAsync(CatchUpCause.Start, ending.Token).ConfigureAwait(false))
            {
                yield return missed;
            }
        }
        else
        {
            await catchUp.SkipToNowAsync(ending.Token).ConfigureAwait(false);
            _hasPosition = true;
        }

        _room.Confirmed(_seen.Position);
        yield return new RoomEvent.CaughtUp(_seen.Position);
    }

    private async IAsyncEnumerable<RoomEvent> CatchUpAsync(CatchUpCause cause, RoomEvent.RoomDeleted? deleted)
    {
        using var ending = new Reading(this);
        ending.Token.ThrowIfCancellationRequested();
        await foreach (var missed in new CatchUp(_store, _name, _seen, _options.MaxCatchUp, deleted).RunAsync(cause, ending.Token).ConfigureAwait(false))
        {
            yield return missed;
        }

        _room!.Confirmed(_seen.Position);
    }

    private void EndReading()
    {
        try
        {
            // Not on this thread, where it would run the application's code.
            _ = Volatile.Read(ref _reading)?.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The read has ended.
        }
    }

    private async ValueTask EndAsync()
    {
        EndProcessing();
        _onWatchCancelled.Unregister();
        _onEnumerationCancelled.Unregister();
        _heartbeat?.Dispose();
        if (_heartbeat?.Reading is { } reading)
        {
            EndReading();
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (_fromStore is not null)
        {
            await _fromStore.DisposeAsync().ConfigureAwait(false);
        }

        if (_room is not null)
        {
            if (_reader is not null)
            {
                _room.Feed.Leave(_reader);
            }

            await _room.LeaveAsync().ConfigureAwait(false);
        }
    }

    private void EndProcessing()
    {
        if (_processing is { } processing)
        {
            _processing = null;
            ChatTelemetry.EndProcessing(processing);
        }
    }

    /// <summary>The cancellation of one read from the store. Exists only during a read, because a linked source takes more memory than the watcher.</summary>
    private readonly struct Reading : IDisposable
    {
        private readonly Watcher _watcher;
        private readonly CancellationTokenSource _source;

        public Reading(Watcher watcher)
        {
            _watcher = watcher;
            _source = CancellationTokenSource.CreateLinkedTokenSource(watcher._ofWatch, watcher._ofEnumeration, watcher._store.Rooms.Ending);
            Interlocked.Exchange(ref watcher._reading, _source);
            if (Volatile.Read(ref watcher._turn) == Turn.Disposal)
            {
                _source.Cancel();
            }
        }

        public CancellationToken Token => _source.Token;

        public void Dispose()
        {
            Volatile.Write(ref _watcher._reading, null);
            _source.Dispose();
        }
    }
}
