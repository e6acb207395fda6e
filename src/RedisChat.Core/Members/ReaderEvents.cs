using System.Runtime.CompilerServices;

namespace RedisChat;

/// <summary>A room's events for one user: they end when the user loses the right to read, or is revoked.</summary>
/// <remarks>
/// The right depends only on the room's rules and on what the room knows of the user. Every change of these is an event, and a watcher receives each event or a gap,
/// so it is enough to read the right when the first event is there, and again then. In a thread the right is that of the room that it belongs to, whose events are watched, too.
/// </remarks>
/// <param name="events">The room's events.</param>
/// <param name="store">The store.</param>
/// <param name="sessions">Notices that the user is revoked; <see langword="null"/> if the store does not support that.</param>
/// <param name="room">The room's id.</param>
/// <param name="user">The user's id.</param>
/// <param name="time">The clock.</param>
/// <param name="cancellationToken">Ends every enumeration.</param>
internal sealed class ReaderEvents(
    IAsyncEnumerable<RoomEvent> events, IMessageStore store, UserSessions? sessions, string room, string user, TimeProvider time, CancellationToken cancellationToken)
    : IAsyncEnumerable<RoomEvent>
{
    private static readonly TimeSpan PauseWhileUnavailable = TimeSpan.FromMilliseconds(250);

    private readonly IMemberStore _members = store.RequireAbility<IMemberStore>("watching for a user");

    public IAsyncEnumerator<RoomEvent> GetAsyncEnumerator(CancellationToken ofEnumeration) =>
        new Enumerator(this, events, ofEnumeration);

    private bool MayMatter(RoomEvent happened) =>
        happened is RoomEvent.RulesChanged or RoomEvent.Gap || (happened is RoomEvent.MemberChanged { Member.User: var changed } && changed == user);

    /// <summary>Checks the right, as it was when the event was delivered or later.</summary>
    private ValueTask<bool> CheckAsync(RoomPosition position, CancellationToken token) => _members is IOpenRooms open && open.IsOpenAt(room, position) ? new(true) : RepeatAsync(
        async () =>
        {
            var now = await _members.ReadMemberAsync(room, user, token).ConfigureAwait(false);
            MemberDecisions.CheckRight(now, now.Acting, RoomRights.Read);
            return true;
        },
        token);

    private ValueTask<UserSession> BeginAsync(Action ended, CancellationToken token) => RepeatAsync(() => sessions!.BeginAsync(user, ended, token), token);

    private async ValueTask<T> RepeatAsync<T>(Func<ValueTask<T>> read, CancellationToken token)
    {
        while (true)
        {
            try
            {
                return await read().ConfigureAwait(false);
            }
            catch (ChatForbiddenException e)
            {
                e.Complete(room, ChatOperations.Watch);
                throw;
            }
            catch (ChatUnavailableException)
            {
                token.ThrowIfCancellationRequested();
            }

            await Task.Delay(PauseWhileUnavailable, time, token).ConfigureAwait(false);
        }
    }

    /// <summary>One watcher. Written by hand because, like the watcher inside, it can be disposed while its next event is awaited.</summary>
    private sealed class Enumerator : IAsyncEnumerator<RoomEvent>
    {
        private readonly ReaderEvents _reader;
        private readonly IAsyncEnumerator<RoomEvent> _events;
        private readonly CancellationToken _ofEnumeration;
        private readonly CancellationTokenSource _ending;
        private readonly CancellationToken _ended;
        private UserSession? _session;
        private RightsWatch? _above;
        private volatile bool _isDisposed;
        private bool _isChecked;

        public Enumerator(ReaderEvents reader, IAsyncEnumerable<RoomEvent> events, CancellationToken ofEnumeration)
        {
            (_reader, _ofEnumeration) = (reader, ofEnumeration);
            _ending = CancellationTokenSource.CreateLinkedTokenSource(reader.Canceled, ofEnumeration);
            _ended = _ending.Token;
            _events = events.GetAsyncEnumerator(_ended);
        }

        public RoomEvent Current => _events.Current;

        // Called for each event, and nearly always waits: pooled, so that an event allocates nothing for each user who receives it.
        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        public async ValueTask<bool> MoveNextAsync()
        {
            try
            {
                // Before the right is read: from here on, no revocation can be missed.
                if (_session is null && _reader.HasSessions)
                {
                    await BeginAsync().ConfigureAwait(false);
                }

                if (_above is null && ThreadId.IsThread(_reader.Room))
                {
                    _above = _reader.WatchAbove(EndEarly, _ended);
                    await _above.Begun.WaitAsync(_ended).ConfigureAwait(false);
                }

                if (!await _events.MoveNextAsync().ConfigureAwait(false))
                {
                    return false;
                }

                // A later change of the right is a later event. A heartbeat says nothing of the room, and comes also while the store is away.
                if (_reader.MayMatter(_events.Current) || (!_isChecked && _events.Current is not RoomEvent.Heartbeat))
                {
                    await _reader.CheckAsync(_events.Current.Position, _ended).ConfigureAwait(false);
                    _isChecked = true;
                }

                return true;
            }
            catch (OperationCanceledException) when (_session?.Error is { } error)
            {
                throw error switch
                {
                    ChatForbiddenException => Forbidden.Revoked(_reader.Room),
                    ObjectDisposedException => error,
                    ChatUnavailableException => new ChatUnavailableException(error.Message, error) { Room = _reader.Room, Operation = ChatOperations.Watch },
                    _ => new ChatException("The watch ended because the store could not be watched for a revocation of the user. Watch the room again.", error),
                };
            }
            catch (OperationCanceledException) when (_above?.Error is { } error)
            {
                throw error;
            }
            catch (OperationCanceledException) when (_ofEnumeration.IsCancellationRequested)
            {
                throw new OperationCanceledException(_ofEnumeration);
            }
            catch (OperationCanceledException) when (_reader.Canceled.IsCancellationRequested)
            {
                throw new OperationCanceledException(_reader.Canceled);
            }
            catch (OperationCanceledException) when (_ended.IsCancellationRequested)
            {
                // Disposed during a check.
                return false;
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            Interlocked.MemoryBarrier();
            _session?.Dispose();
            await _ending.CancelAsync().ConfigureAwait(false);
            await _events.DisposeAsync().ConfigureAwait(false);
            if (_above is not null)
            {
                await _above.DisposeAsync().ConfigureAwait(false);
            }

            _ending.Dispose();
        }

        private async ValueTask BeginAsync()
        {
            _session = await _reader.BeginAsync(EndEarly, _ended).ConfigureAwait(false);
            Interlocked.MemoryBarrier();
            if (_isDisposed)
            {
                // Disposed while the session began: nobody else ends it.
                _session.Dispose();
            }
        }

        private void EndEarly()
        {
            try
            {
                _ending.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The watcher has ended.
            }
        }
    }

    private RightsWatch WatchAbove(Action ended, CancellationToken token) => new(
        store.WatchAsync(ThreadId.RuledBy(room), WatchOptions.FromNow, token), async checking => await CheckAsync(RoomPosition.Start, checking).ConfigureAwait(false), MayMatter, ended, token);

    private CancellationToken Canceled => cancellationToken;

    private bool HasSessions => sessions is not null;

    private string Room => room;
}
