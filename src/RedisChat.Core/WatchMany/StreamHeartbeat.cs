namespace RedisChat;

/// <summary>Signals a stream that has waited for an event for some time. Created only if heartbeats are requested. Guarded by the lock of the stream.</summary>
/// <remarks>An event does not touch the timer: when it rings too early, it is set again for the rest of the time.</remarks>
internal sealed class StreamHeartbeat(TimeSpan interval, TimeProvider time, Action ring) : IDisposable
{
    private ITimer? _timer;
    private bool _isSet;
    private long _since;

    /// <summary>Called when the stream starts to wait.</summary>
    public void Restart()
    {
        _since = time.GetTimestamp();
        if (!_isSet)
        {
            Background.Begin(this, static self => self._timer ??= self.Time.CreateTimer(
                static heartbeat => ((StreamHeartbeat)heartbeat!).Ring(), self, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
            _isSet = true;
            _timer!.Change(interval, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Called when the timer has rung.</summary>
    /// <param name="isWaiting">Whether the stream is waiting.</param>
    /// <returns>Whether it has waited long enough.</returns>
    public bool IsDue(bool isWaiting)
    {
        _isSet = false;
        if (!isWaiting)
        {
            return false;
        }

        var rest = interval - time.GetElapsedTime(_since);
        if (rest <= TimeSpan.Zero)
        {
            return true;
        }

        _isSet = true;
        _timer!.Change(rest, Timeout.InfiniteTimeSpan);
        return false;
    }

    public void Dispose() => _timer?.Dispose();

    private TimeProvider Time => time;

    private void Ring() => ring();
}
