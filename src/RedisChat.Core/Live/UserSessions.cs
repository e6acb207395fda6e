using Microsoft.Extensions.Logging;

namespace RedisChat;

/// <summary>
/// Ends what is watched for users who are revoked (<see cref="Chat.RevokeAsync"/>). All users share one scope, so a process watches it once, however many users
/// it has: see <see cref="UserScope.All"/>.
/// </summary>
/// <remarks>
/// The scope's events are durable, so a lost one is found by the store's probe. If the history of the scope was lost, a revocation may have been lost with it, so
/// everything that is watched for users ends, with an error that says to begin again.
/// </remarks>
internal sealed class UserSessions
{
    private static readonly MessageQuery NoMessages = new() { After = ChatLimits.MaxMessageId, Limit = 1 };

    private readonly object _gate = new();
    private readonly IMessageStore _store;
    private readonly ILogger _logger;

    // After the end of another node, many users begin at once.
    private readonly SharedReads<string, RoomPosition> _positions;
    private Feed? _feed;

    public UserSessions(IMessageStore store, ILogger logger)
    {
        (_store, _logger) = (store, logger);
        _positions = new(async scope => (await store.ReadAsync(scope, NoMessages).ConfigureAwait(false)).Position);
    }

    /// <summary>Begins a session: once this has returned, every revocation that begins ends it.</summary>
    /// <param name="user">The user.</param>
    /// <param name="ended">Called on the pool when it ends, unless it was disposed before. Must not throw.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async ValueTask<UserSession> BeginAsync(string user, Action ended, CancellationToken cancellationToken)
    {
        var session = Join(user, ended);
        try
        {
            // Not from before the watch: what happened in between would be missed. (Another session began it from a later position.)
            while (!TryBegin(session, await _positions.ReadAsync(UserScope.All, cancellationToken).ConfigureAwait(false)))
            {
            }

            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Ends a session. The last one ends the watch of the scope.</summary>
    public void Leave(UserSession session)
    {
        Feed? left = null;
        lock (_gate)
        {
            if (_feed is { } feed && feed.Remove(session) && feed.IsEmpty)
            {
                (left, _feed) = (feed, null);
            }
        }

        left?.Dispose();
    }

    private UserSession Join(string user, Action ended)
    {
        var session = new UserSession(this, user, ended);
        lock (_gate)
        {
            (_feed ??= new Feed()).Add(session);
        }

        return session;
    }

    private bool TryBegin(UserSession session, RoomPosition since)
    {
        bool isEnded;
        lock (_gate)
        {
            if (_feed?.Since is { } begun && begun.Epoch == since.Epoch && since.Revision < begun.Revision)
            {
                return false;
            }

            isEnded = session.Begin(since);
            if (_feed is { Since: null } feed)
            {
                feed.Since = since;
                _ = Background.Run(() => WatchAsync(feed, since));
            }
        }

        if (isEnded)
        {
            session.End(Forbidden.Error(ForbiddenReason.Revoked));
        }

        return true;
    }

    private async Task WatchAsync(Feed feed, RoomPosition after)
    {
        try
        {
            var events = _store.WatchAsync(UserScope.All, new WatchOptions { After = after }, feed.Ending);
            await foreach (var happened in events.ConfigureAwait(false))
            {
                if (happened is RoomEvent.Revoked { User: var user })
                {
                    End(() => feed.Of(user).Where(session => session.IsEndedBy(happened.Position.Revision)), Forbidden.Error(ForbiddenReason.Revoked));
                }
                else if (happened is RoomEvent.Gap)
                {
                    End(() => feed.All, new ChatUnavailableException(
                        "The history of revocations was lost, for example in a fail-over, so the user may have been revoked unnoticed. Check that the user may still watch, and watch again."));
                }
            }
        }
        catch (OperationCanceledException) when (feed.Ending.IsCancellationRequested)
        {
            // The last session has ended.
        }
        catch (Exception e)
        {
            // The end of the store ends all watchers.
            if (e is not ObjectDisposedException)
            {
                ChatLog.SessionsFailed(_logger, e);
            }

            Abandon(feed);
            End(() => feed.All, e);
        }
    }

    /// <summary>Lets new sessions begin with another feed.</summary>
    private void Abandon(Feed feed)
    {
        lock (_gate)
        {
            if (_feed != feed)
            {
                return;
            }

            _feed = null;
        }

        feed.Dispose();
    }

    private void End(Func<IEnumerable<UserSession>> ended, Exception error)
    {
        List<UserSession> sessions;
        lock (_gate)
        {
            sessions = [.. ended()];
        }

        foreach (var session in sessions)
        {
            session.End(error);
        }
    }

    /// <summary>One watch of the scope, and the sessions that it ends.</summary>
    private sealed class Feed : IDisposable
    {
        private readonly Dictionary<string, HashSet<UserSession>> _sessions = new(StringComparer.Ordinal);
        private readonly CancellationTokenSource _ending = new();

        public Feed() => Ending = _ending.Token;

        /// <summary>Ends the watch.</summary>
        public CancellationToken Ending { get; }

        /// <summary>Where the watch begins; <see langword="null"/> before that.</summary>
        public RoomPosition? Since { get; set; }

        public bool IsEmpty => _sessions.Count == 0;

        public IEnumerable<UserSession> All => _sessions.Values.SelectMany(sessions => sessions);

        public HashSet<UserSession> Of(string user) => _sessions.GetValueOrDefault(user) ?? [];

        public void Add(UserSession session)
        {
            if (!_sessions.TryGetValue(session.User, out var sessions))
            {
                _sessions[session.User] = sessions = [];
            }

            sessions.Add(session);
        }

        public bool Remove(UserSession session)
        {
            if (!_sessions.TryGetValue(session.User, out var sessions) || !sessions.Remove(session))
            {
                return false;
            }

            if (sessions.Count == 0)
            {
                _sessions.Remove(session.User);
            }

            return true;
        }

        public void Dispose()
        {
            _ending.Cancel();
            _ending.Dispose();
        }
    }
}
