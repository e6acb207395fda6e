namespace RedisChat.IntegrationTests.Live;

/// <summary>
/// A clock that runs ten times slower: all of a store's timeouts take ten times as long. So a test that an event is not given up as lost does not depend on
/// the speed of the machine.
/// </summary>
internal sealed class SlowClock : TimeProvider
{
    private const int Factor = 10;

    public override long GetTimestamp() => System.GetTimestamp() / Factor;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new Timer(System.CreateTimer(callback, state, Slow(dueTime), Slow(period)));

    private static TimeSpan Slow(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? time : time * Factor;

    private sealed class Timer(ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(Slow(dueTime), Slow(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
