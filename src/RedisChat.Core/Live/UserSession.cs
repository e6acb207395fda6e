namespace RedisChat;

/// <summary>One watcher for a user, until it ends or the user is revoked. Guarded by the lock of <see cref="UserSessions"/>.</summary>
/// <param name="sessions">All sessions.</param>
/// <param name="user">The user.</param>
/// <param name="ended">Called once, on the pool, when the user is revoked or can no longer be watched. Must not throw.</param>
internal sealed class UserSession(UserSessions sessions, string user, Action ended) : IDisposable
{
    // The revision of the last revocation that was delivered before it was known where the session begins.
    private long _revoked = -1;
    private long? _since;
    private Exception? _error;

    public string User => user;

    /// <summary>Why it ended; <see langword="null"/> while it has not.</summary>
    public Exception? Error => Volatile.Read(ref _error);

    /// <summary>Sets where the session begins: only later revocations count.</summary>
    /// <returns>Whether it must end at once.</returns>
    public bool Begin(RoomPosition since)
    {
        _since = since.Revision;
        return _revoked > since.Revision;
    }

    /// <summary>Takes a revocation.</summary>
    /// <returns>Whether the session must end.</returns>
    public bool IsEndedBy(long revision)
    {
        _revoked = Math.Max(_revoked, revision);
        return _since is { } since && revision > since;
    }

    /// <summary>Ends the session.</summary>
    public void End(Exception error)
    {
        if (Interlocked.CompareExchange(ref _error, error, null) is null)
        {
            _ = Background.Run(() =>
            {
                ended();
                return Task.CompletedTask;
            });
        }
    }

    /// <summary>Leaves the others. May be called again.</summary>
    public void Dispose() => sessions.Leave(this);
}
