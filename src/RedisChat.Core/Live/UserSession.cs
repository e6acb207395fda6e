namespace RedisChat;

/// <summary>One watcher for a user, until it ends or the user is revoked. Guarded by the lock of <see cref="UserSessions"/>.</summary>
internal sealed class UserSession(UserSessions sessions, string user) : IDisposable
{
    private readonly CancellationTokenSource _ended = new();

    // The revision of the last revocation that was delivered before it was known where the session begins.
    private long _revoked = -1;
    private long? _since;

    public string User => user;

    /// <summary>Canceled when the user is revoked, or that can no longer be watched.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Why it ended; <see langword="null"/> while it has not.</summary>
    public Exception? Error { get; private set; }

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

    /// <summary>Ends the session. Not under the lock, because this runs the watcher's code.</summary>
    public void End(Exception error)
    {
        Error ??= error;
        _ended.Cancel();
    }

    public void Dispose()
    {
        sessions.Leave(this);
        _ended.Dispose();
    }
}
