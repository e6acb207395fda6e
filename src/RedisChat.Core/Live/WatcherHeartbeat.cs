namespace RedisChat;

/// <summary>Signals a watcher that has waited for an event for some time. Created only if heartbeats are requested.</summary>
internal sealed class WatcherHeartbeat(TimeSpan interval, TimeProvider time) : IDisposable
{
    private RoomFeedReader? _reader;
    private ITimer? _timer;
    private volatile bool _isDue;

    /// <summary>The pending read from the store, if it took longer than the interval.</summary>
    public Task<bool>? Reading { get; private set; }

    /// <summary>Whether the watcher has waited that long.</summary>
    public bool IsDue => _isDue;

    /// <summary>Called when the watcher starts to take live events.</summary>
    public void Join(RoomFeedReader reader)
    {
        _reader = reader;
        Background.Begin(this, static self => self._timer = self.Time.CreateTimer(
            static heartbeat => ((WatcherHeartbeat)heartbeat!).Ring(), self, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
    }

    /// <summary>Called when the watcher starts to wait for a live event.</summary>
    public void Restart()
    {
        _isDue = false;
        _timer?.Change(interval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether it is due; resets it.</summary>
    public bool TryTake()
    {
        var isDue = _isDue;
        _isDue = false;
        return isDue;
    }

    /// <summary>Waits for an event that is being read from the store.</summary>
    /// <returns>Whether there is an event; <see langword="null"/> if the interval is over and the read continues.</returns>
    public async ValueTask<bool?> MoveAsync(IAsyncEnumerator<RoomEvent> fromStore)
    {
        var reading = Reading ?? fromStore.MoveNextAsync().AsTask();
        try
        {
            Reading = reading;
            return await reading.WaitAsync(interval, Time).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!reading.IsCompleted)
        {
            return null;
        }
        finally
        {
            Reading = reading.IsCompleted ? null : reading;
        }
    }

    public void Dispose() => _timer?.Dispose();

    private TimeProvider Time => time;

    private void Ring()
    {
        _isDue = true;
        _reader!.Wake();
    }
}
