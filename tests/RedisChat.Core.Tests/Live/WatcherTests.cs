using RedisChat.Conformance;

namespace RedisChat.Tests.Live;

/// <summary>A watcher as its application sees it: an enumeration like any other, that nobody else's can disturb.</summary>
public sealed class WatcherTests
{
    private const string Room = "lobby";

    private readonly Chat _chat = new(new InMemoryMessageStore());

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_watcher_whose_application_blocks_its_thread_delays_no_other()
    {
        using var blocked = new ManualResetEventSlim();
        var isBlocked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var blocking = Task.Run(async () =>
        {
            await foreach (var happened in _chat.WatchAsync(Room))
            {
                if (happened is RoomEvent.Created)
                {
                    isBlocked.SetResult();
                    blocked.Wait(Cancelled);
                    return;
                }
            }
        });
        await using var log = new WatchLog(_chat.WatchAsync(Room));
        await log.CaughtUpAsync();

        // The other one may not be watching yet.
        var sent = 0;
        for (; !isBlocked.Task.IsCompleted; sent++)
        {
            await _chat.SendAsync(Room, "alice", "hello", Cancelled);
        }

        await _chat.SendAsync(Room, "alice", "while it blocks", Cancelled);
        await log.UntilAsync(l => l.CreatedIds.Contains(sent + 1));
        blocking.IsCompleted.Should().BeFalse();
        blocked.Set();
        await blocking;
    }

    [Fact]
    public async Task A_cancelled_watcher_ends_also_while_it_waits_and_tells_nothing_more()
    {
        using var end = new CancellationTokenSource();
        await using var watcher = _chat.WatchAsync(Room).GetAsyncEnumerator(end.Token);
        (await watcher.MoveNextAsync()).Should().BeTrue();
        var next = watcher.MoveNextAsync();
        next.IsCompleted.Should().BeFalse();

        await end.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
        await _chat.SendAsync(Room, "alice", "hello", Cancelled);
        (await watcher.MoveNextAsync()).Should().BeFalse();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Each_of_two_tokens_ends_it(bool ofWatch)
    {
        using var one = new CancellationTokenSource();
        using var other = new CancellationTokenSource();
        await using var watcher = _chat.WatchAsync(Room, cancellationToken: one.Token).GetAsyncEnumerator(other.Token);
        (await watcher.MoveNextAsync()).Should().BeTrue();
        var next = watcher.MoveNextAsync();

        await (ofWatch ? one : other).CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
    }

    [Fact]
    public async Task A_cancelled_watcher_tells_nothing_of_what_it_has_not_told_yet()
    {
        using var end = new CancellationTokenSource();
        await using var watcher = _chat.WatchAsync(Room).GetAsyncEnumerator(end.Token);
        (await watcher.MoveNextAsync()).Should().BeTrue();
        await _chat.SendAsync(Room, "alice", "hello", Cancelled);

        await end.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await watcher.MoveNextAsync());
    }

    [Fact]
    public async Task One_event_is_waited_for_at_a_time()
    {
        using var end = new CancellationTokenSource();
        var watcher = _chat.WatchAsync(Room).GetAsyncEnumerator(end.Token);
        (await watcher.MoveNextAsync()).Should().BeTrue();
        var next = watcher.MoveNextAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await watcher.MoveNextAsync());
        await Assert.ThrowsAsync<NotSupportedException>(async () => await watcher.DisposeAsync());

        await _chat.SendAsync(Room, "alice", "hello", Cancelled);
        (await next).Should().BeTrue();
        watcher.Current.Should().BeOfType<RoomEvent.Created>();
        await watcher.DisposeAsync();
        (await watcher.MoveNextAsync()).Should().BeFalse();
    }

    [Fact]
    public async Task Each_enumeration_is_a_watcher_of_its_own()
    {
        var events = _chat.WatchAsync(Room);
        await using var one = new WatchLog(events);
        await using var other = new WatchLog(events);
        await one.CaughtUpAsync();
        await other.CaughtUpAsync();

        await _chat.SendAsync(Room, "alice", "hello", Cancelled);

        await one.UntilAsync(log => log.CreatedIds.Contains(1));
        await other.UntilAsync(log => log.CreatedIds.Contains(1));
    }
}
