using Microsoft.Extensions.Logging;

namespace RedisChat;

/// <summary>
/// Ends what is watched for users who are revoked (<see cref="Chat.RevokeAsync"/>). Watches the scope of each of these users once, however many watchers there
/// are for the user in this process.
/// </summary>
/// <remarks>
/// The scope's events are durable, so a lost one is found by the store's probe. If the history of the scope was lost, a revocation may have been lost with it, so
/// everything that is watched for the user ends.
/// </remarks>
internal sealed class UserSessions(IMessageStore store, ILogger logger)
{
    private static readonly MessageQuery NoMessages = new() { After = ChatLimits.MaxMessageId, Limit = 1 };

    private readonly object _gate = new();
    private readonly Dictionary<string, Feed> _feeds = new(StringComparer.Ordinal);

    /// <summary>Begins a session: once this has returned, every revocation that begins ends it.</summary>
    /// <param name="user">The user.</param>
    /// <param name="ended">Called on the pool when it ends, unless it was disposed before. Must not throw.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async ValueTask<UserSession> BeginAsync(string user, Action ended, CancellationToken cancellationToken)
    {
        var session = Join(user, ended);
        try
        {
            var page = await store.ReadAsync(UserScope.Of(user), NoMessages, cancellationToken).ConfigureAwait(false);
            Begin(session, page.Position);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Ends a session. The last one of a user ends the watch of the user's scope.</summary>
    public void Leave(UserSession session)
    {
        lock (_gate)
        {
            if (_feeds.TryGetValue(session.User, out var feed) && feed.Sessions.Remove(session) && feed.Sessions.Count == 0)
            {
                _feeds.Remove(session.User);
                feed.Dispose();
            }
        }
    }

    private UserSession Join(string user, Action ended)
    {
        lock (_gate)
        {
            if (!_feeds.TryGetValue(user, out var feed))
            {
                _feeds[user] = feed = new Feed();
            }

            var session = new UserSession(this, user, ended);
            feed.Sessions.Add(session);
            return session;
        }
    }

    private void Begin(UserSession session, RoomPosition since)
    {
        bool isEnded;
        lock (_gate)
        {
            isEnded = session.Begin(since);
            if (_feeds.TryGetValue(session.User, out var feed) && !feed.IsWatched)
            {
                feed.IsWatched = true;
                _ = Background.Run(() => WatchAsync(session.User, feed, since));
            }
        }

        if (isEnded)
        {
            session.End(Forbidden.Error(ForbiddenReason.Revoked));
        }
    }

    private async Task WatchAsync(string user, Feed feed, RoomPosition after)
    {
        try
        {
            var events = store.WatchAsync(UserScope.Of(user), new WatchOptions { After = after }, feed.Ending);
            await foreach (var happened in events.ConfigureAwait(false))
            {
                if (happened is RoomEvent.Revoked or RoomEvent.Gap)
                {
                    var revision = happened is RoomEvent.Gap ? long.MaxValue : happened.Position.Revision;
                    End(feed, session => session.IsEndedBy(revision), Forbidden.Error(ForbiddenReason.Revoked));
                }
            }
        }
        catch (OperationCanceledException) when (feed.Ending.IsCancellationRequested)
        {
            // The last session has ended.
        }
        catch (ObjectDisposedException)
        {
            // The store was disposed, which ends all watchers.
            Abandon(user, feed);
        }
        catch (Exception e)
        {
            ChatLog.SessionsFailed(logger, e);
            Abandon(user, feed);
            End(feed, static _ => true, e);
        }
    }

    /// <summary>Lets new sessions of a user begin with another feed.</summary>
    private void Abandon(string user, Feed feed)
    {
        lock (_gate)
        {
            if (_feeds.GetValueOrDefault(user) == feed)
            {
                _feeds.Remove(user);
                feed.Dispose();
            }
        }
    }

    private void End(Feed feed, Func<UserSession, bool> isEnded, Exception error)
    {
        List<UserSession> ended;
        lock (_gate)
        {
            ended = [.. feed.Sessions.Where(isEnded)];
        }

        foreach (var session in ended)
        {
            session.End(error);
        }
    }

    /// <summary>The watch of one user's scope, and the sessions that it ends.</summary>
    private sealed class Feed : IDisposable
    {
        private readonly CancellationTokenSource _ending = new();

        public Feed() => Ending = _ending.Token;

        public List<UserSession> Sessions { get; } = [];

        /// <summary>Ends the watch.</summary>
        public CancellationToken Ending { get; }

        public bool IsWatched { get; set; }

        public void Dispose()
        {
            _ending.Cancel();
            _ending.Dispose();
        }
    }
}
