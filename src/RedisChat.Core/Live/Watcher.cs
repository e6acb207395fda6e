using System.Threading.Tasks.Sources;

namespace RedisChat;

/// <summary>
/// Tells what happens in a room from a position on, each event once and in order. Live events are taken only while they continue what was
/// told; where they do not, what changed is read from the store.
/// </summary>
/// <remarks>
/// Written out by hand, for a live event must cost little: telling one, waiting for one and being woken for one allocate nothing. What is read from
/// the store is left to the compiler.
/// </remarks>
internal sealed class Watcher : IAsyncEnumerator<RoomEvent>, IValueTaskSource<bool>, IThreadPoolWorkItem
{
    private readonly WatchedStore _store;
    private readonly string _name;
    private readonly CancellationToken _ofWatch;
    private readonly CancellationToken _ofEnumeration;
    private readonly SeenRoom _seen = new();

    // The application goes on where it is completed: that is on the pool, in a work item that is this watcher's own.
    private ManualResetValueTaskSourceCore<bool> _next;
    private CancellationTokenRegistration _onWatchCancelled;
    private CancellationTokenRegistration _onEnumerationCancelled;

    // What is being read from the store; nothing while it is live.
    private IAsyncEnumerator<RoomEvent>? _fromStore;
    private ILiveRoom? _room;
    private RoomFeedReader? _reader;
    private RoomEvent? _current;
    private bool _isMoving;
    private bool _hasEnded;

    public Watcher(WatchedStore store, string room, RoomPosition? after, CancellationToken ofWatch, CancellationToken ofEnumeration)
    {
        _store = store;
        _name = room;
        _ofWatch = ofWatch;
        _ofEnumeration = ofEnumeration == ofWatch ? CancellationToken.None : ofEnumeration;
        _fromStore = StartAsync(after).GetAsyncEnumerator(CancellationToken.None);
    }

    private enum Step
    {
        /// <summary>There is an event to tell.</summary>
        Told,

        /// <summary>There is nothing; it will be called when there is.</summary>
        Waits,

        /// <summary>Something must be read from the store first, or it ends.</summary>
        LeavesLive,
    }

    public RoomEvent Current => _current!;

    private bool IsCancelled =>
        _ofWatch.IsCancellationRequested || _ofEnumeration.IsCancellationRequested || _store.Rooms.Ending.IsCancellationRequested;

    public ValueTask<bool> MoveNextAsync()
    {
        if (_isMoving)
        {
            throw new InvalidOperationException("The event before is still being waited for.");
        }

        if (_hasEnded)
        {
            return new(false);
        }

        var step = Step.LeavesLive;
        if (_fromStore is null && (step = TryTell()) == Step.Told)
        {
            return new(true);
        }

        // What was told is not kept while there is nothing more: it may be the last for long.
        _current = null;
        _isMoving = true;
        _next.Reset();
        var next = new ValueTask<bool>(this, _next.Version);
        GoOn(step);
        return next;
    }

    public ValueTask DisposeAsync() => _isMoving ? throw new NotSupportedException("An event is still being waited for: cancel that first.") : EndAsync();

    /// <summary>Called on the pool after it was woken.</summary>
    void IThreadPoolWorkItem.Execute() => GoOn(Step.Waits);

    bool IValueTaskSource<bool>.GetResult(short token) => _next.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _next.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _next.OnCompleted(continuation, state, token, flags);

    /// <summary>Goes on until there is an event, which is told, or nothing but to wait.</summary>
    private void GoOn(Step step)
    {
        switch (step == Step.Waits ? TellOrWait() : step)
        {
            case Step.Told:
                Complete();
                break;
            case Step.LeavesLive:
                _ = GoOnFromStoreAsync();
                break;
        }
    }

    private Step TellOrWait()
    {
        Step step;
        while ((step = TryTell()) == Step.Waits)
        {
            _reader!.BeginWait();
            if ((!_reader.HasNews && !IsCancelled) || !_reader.TryEndWait())
            {
                break;
            }
        }

        return step;
    }

    private Step TryTell()
    {
        var cause = _reader!.TakeCatchUp();
        while (cause == CatchUpCause.None && !IsCancelled)
        {
            if (!_reader.TryRead(_seen.Position, out var happened, out var continuity))
            {
                return Step.Waits;
            }

            if (continuity == Continuity.Hole)
            {
                cause = CatchUpCause.Hole;
                _reader.SkipToNow();
            }
            else if (continuity == Continuity.Next)
            {
                _seen.Position = happened.Position;
                if (happened is not RoomEvent.Unknown && !_seen.WasReadAhead(happened))
                {
                    _current = happened;
                    return Step.Told;
                }
            }
        }

        _fromStore = CatchUpAsync(cause).GetAsyncEnumerator(CancellationToken.None);
        return Step.LeavesLive;
    }

    private async Task GoOnFromStoreAsync()
    {
        try
        {
            var step = Step.LeavesLive;
            while (step == Step.LeavesLive)
            {
                if (await _fromStore!.MoveNextAsync().ConfigureAwait(false))
                {
                    _current = _fromStore.Current;
                    step = Step.Told;
                }
                else
                {
                    await _fromStore.DisposeAsync().ConfigureAwait(false);
                    _fromStore = null;
                    step = TellOrWait();
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
            try
            {
                await EndAsync().ConfigureAwait(false);
            }
            finally
            {
                _isMoving = false;
                _next.SetException(e);
            }

            return;
        }

        Complete();
    }

    /// <summary>Lets the application go on. It may be back in <see cref="MoveNextAsync"/> before this returns.</summary>
    private void Complete()
    {
        _isMoving = false;
        _next.SetResult(true);
    }

    private async IAsyncEnumerable<RoomEvent> StartAsync(RoomPosition? after)
    {
        using var ending = LinkedToken();
        _room = await _store.Rooms.JoinAsync(_name, ending.Token).ConfigureAwait(false);

        // The feed is joined first, so what happens from here on is either read now or comes live.
        _reader = _room.Feed.Join(this);
        _onWatchCancelled = _ofWatch.UnsafeRegister(static reader => ((RoomFeedReader)reader!).Wake(), _reader);
        _onEnumerationCancelled = _ofEnumeration.UnsafeRegister(static reader => ((RoomFeedReader)reader!).Wake(), _reader);
        var catchUp = new CatchUp(_store, _name, _seen);
        if (after is { } position)
        {
            _seen.Position = position;
            await foreach (var missed in catchUp.RunAsync(CatchUpCause.Start, ending.Token).ConfigureAwait(false))
            {
                yield return missed;
            }
        }
        else
        {
            await catchUp.SkipToNowAsync(ending.Token).ConfigureAwait(false);
        }

        _room.Joined(_seen.Position);
        yield return new RoomEvent.CaughtUp(_seen.Position);
    }

    private async IAsyncEnumerable<RoomEvent> CatchUpAsync(CatchUpCause cause)
    {
        using var ending = LinkedToken();
        ending.Token.ThrowIfCancellationRequested();
        await foreach (var missed in new CatchUp(_store, _name, _seen).RunAsync(cause, ending.Token).ConfigureAwait(false))
        {
            yield return missed;
        }
    }

    // Only while something is awaited but the feed: a linked token takes more memory than the whole watcher.
    private CancellationTokenSource LinkedToken() => CancellationTokenSource.CreateLinkedTokenSource(_ofWatch, _ofEnumeration, _store.Rooms.Ending);

    private async ValueTask EndAsync()
    {
        if (_hasEnded)
        {
            return;
        }

        _hasEnded = true;
        _onWatchCancelled.Unregister();
        _onEnumerationCancelled.Unregister();
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
}
