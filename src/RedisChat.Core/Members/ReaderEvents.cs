namespace RedisChat;

/// <summary>A room's events for one user: they end when the user loses the right to read.</summary>
/// <remarks>
/// The right depends only on the room's rules and on what the room knows of the user. Every change of these is an event, and a watcher receives each event or a gap,
/// so it is enough to read the right again then.
/// </remarks>
internal sealed class ReaderEvents(
    IAsyncEnumerable<RoomEvent> events, IMessageStore store, string room, string user, TimeProvider time, CancellationToken cancellationToken)
    : IAsyncEnumerable<RoomEvent>
{
    private static readonly TimeSpan PauseWhileUnavailable = TimeSpan.FromMilliseconds(250);

    private readonly IMemberStore _members = store.RequireAbility<IMemberStore>("watching for a user");

    public IAsyncEnumerator<RoomEvent> GetAsyncEnumerator(CancellationToken ofEnumeration) =>
        new Enumerator(this, events.GetAsyncEnumerator(ofEnumeration), ofEnumeration);

    // Before CaughtUp, a change between the first check and the subscription may not have been delivered.
    private bool MayMatter(RoomEvent happened) =>
        happened is RoomEvent.RulesChanged or RoomEvent.Gap or RoomEvent.CaughtUp || (happened is RoomEvent.MemberChanged { Member.User: var changed } && changed == user);

    private async ValueTask CheckAsync(CancellationToken token)
    {
        while (true)
        {
            try
            {
                var now = await _members.ReadMemberAsync(room, user, token).ConfigureAwait(false);
                MemberDecisions.CheckRight(now, now.Target, RoomRights.Read);
                return;
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
        private bool _hasBegun;

        public Enumerator(ReaderEvents reader, IAsyncEnumerator<RoomEvent> events, CancellationToken ofEnumeration)
        {
            (_reader, _events, _ofEnumeration) = (reader, events, ofEnumeration);
            _ending = CancellationTokenSource.CreateLinkedTokenSource(reader.Canceled, ofEnumeration);
        }

        public RoomEvent Current => _events.Current;

        public async ValueTask<bool> MoveNextAsync()
        {
            try
            {
                if (!_hasBegun)
                {
                    await _reader.CheckAsync(_ending.Token).ConfigureAwait(false);
                    _hasBegun = true;
                }

                if (!await _events.MoveNextAsync().ConfigureAwait(false))
                {
                    return false;
                }

                if (_reader.MayMatter(_events.Current))
                {
                    await _reader.CheckAsync(_ending.Token).ConfigureAwait(false);
                }

                return true;
            }
            catch (OperationCanceledException) when (_ofEnumeration.IsCancellationRequested)
            {
                throw new OperationCanceledException(_ofEnumeration);
            }
            catch (OperationCanceledException) when (_reader.Canceled.IsCancellationRequested)
            {
                throw new OperationCanceledException(_reader.Canceled);
            }
            catch (OperationCanceledException) when (_ending.IsCancellationRequested)
            {
                // Disposed during a check.
                return false;
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _ending.CancelAsync().ConfigureAwait(false);
            await _events.DisposeAsync().ConfigureAwait(false);
            _ending.Dispose();
        }
    }

    private CancellationToken Canceled => cancellationToken;
}
