using Microsoft.Extensions.Logging.Abstractions;

namespace RedisChat.Tests.Live;

/// <summary>How a watcher ends: when it is canceled or disposed, and when its store is.</summary>
public sealed class WatcherEndTests
{
    private const string Room = "lobby";

    private readonly Chat _chat = new(new InMemoryMessageStore());

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cancelled_watcher_ends_even_while_it_waits_and_delivers_nothing_more()
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
    public async Task Each_of_two_tokens_ends_the_watcher(bool ofWatch)
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
    public async Task A_cancelled_watcher_drops_its_undelivered_events()
    {
        using var end = new CancellationTokenSource();
        await using var watcher = _chat.WatchAsync(Room).GetAsyncEnumerator(end.Token);
        (await watcher.MoveNextAsync()).Should().BeTrue();
        await _chat.SendAsync(Room, "alice", "hello", Cancelled);

        await end.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await watcher.MoveNextAsync());
    }

    [Fact]
    public async Task Disposing_a_watcher_while_an_event_is_awaited_ends_it_without_the_event()
    {
        var watcher = _chat.WatchAsync(Room).GetAsyncEnumerator(Cancelled);
        (await watcher.MoveNextAsync()).Should().BeTrue();
        var next = watcher.MoveNextAsync();
        next.IsCompleted.Should().BeFalse();

        await watcher.DisposeAsync();

        (await next).Should().BeFalse();
        (await watcher.MoveNextAsync()).Should().BeFalse();
        await watcher.DisposeAsync();
    }

    [Fact]
    public async Task Disposing_watchers_repeatedly_while_events_arrive_always_ends_them()
    {
        using var end = new CancellationTokenSource();
        var sending = Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                await _chat.SendAsync(Room, "alice", "hello", Cancelled);
                await Task.Yield();
            }
        });

        for (var i = 0; i < 2000; i++)
        {
            var watcher = _chat.WatchAsync(Room).GetAsyncEnumerator(Cancelled);
            (await watcher.MoveNextAsync()).Should().BeTrue();
            var next = watcher.MoveNextAsync().AsTask();
            await Task.WhenAll(next, watcher.DisposeAsync().AsTask()).WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
            (await watcher.MoveNextAsync()).Should().BeFalse();
        }

        await end.CancelAsync();
        await sending;
    }

    [Fact]
    public async Task Disposing_a_watcher_while_it_reads_from_the_store_ends_it()
    {
        using var store = new BlockedStore();
        var watched = new WatchedStore(store, store, TimeProvider.System, NullLogger.Instance);
        var watcher = watched.Watch(Room, new WatchOptions { After = RoomPosition.Start }, Cancelled).GetAsyncEnumerator(Cancelled);
        var next = watcher.MoveNextAsync();
        await store.Read.Task.WaitAsync(Cancelled);

        await watcher.DisposeAsync();

        (await next).Should().BeFalse();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cancelled_watcher_ends_with_the_token_that_was_cancelled(bool ofWatch)
    {
        using var one = new CancellationTokenSource();
        using var other = new CancellationTokenSource();
        await using var watcher = _chat.WatchAsync(Room, cancellationToken: one.Token).GetAsyncEnumerator(other.Token);
        (await watcher.MoveNextAsync()).Should().BeTrue();
        var next = watcher.MoveNextAsync();
        var cancelled = ofWatch ? one : other;

        await cancelled.CancelAsync();

        var error = await Assert.ThrowsAsync<OperationCanceledException>(async () => await next);
        error.CancellationToken.Should().Be(cancelled.Token);
    }

    [Fact]
    public async Task A_disposed_store_ends_its_watchers_with_ObjectDisposedException_and_not_with_a_cancellation()
    {
        using var store = new BlockedStore();
        var watched = new WatchedStore(store, store, TimeProvider.System, NullLogger.Instance);
        await using var watcher = watched.Watch(Room, new WatchOptions { After = RoomPosition.Start }, Cancelled).GetAsyncEnumerator(Cancelled);
        var next = watcher.MoveNextAsync();
        await store.Read.Task.WaitAsync(Cancelled);

        await store.EndAsync();

        var error = await Assert.ThrowsAsync<ObjectDisposedException>(async () => await next);
        error.ObjectName.Should().Be(nameof(BlockedStore));
    }

    [Fact]
    public async Task A_watcher_cancelled_in_the_body_of_the_loop_delivers_nothing_more_of_the_same_read()
    {
        await FillAsync(100);
        using var end = new CancellationTokenSource();
        var delivered = 0;

        var error = await Assert.ThrowsAsync<OperationCanceledException>(async () =>
        {
            await foreach (var happened in _chat.WatchAsync(Room, RoomPosition.Start, end.Token))
            {
                if (++delivered == 3)
                {
                    await end.CancelAsync();
                }
            }
        });

        delivered.Should().Be(3);
        error.CancellationToken.Should().Be(end.Token);
    }

    [Fact]
    public async Task A_watcher_cancelled_in_the_body_of_the_loop_delivers_no_more_live_events()
    {
        using var end = new CancellationTokenSource();
        await using var watcher = _chat.WatchAsync(Room, cancellationToken: end.Token).GetAsyncEnumerator(Cancelled);
        (await watcher.MoveNextAsync()).Should().BeTrue();
        await FillAsync(100);
        (await watcher.MoveNextAsync()).Should().BeTrue();

        await end.CancelAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(async () => await watcher.MoveNextAsync());
    }

    [Fact]
    public async Task Reading_all_cancelled_in_the_body_of_the_loop_returns_nothing_more_of_the_page()
    {
        await FillAsync(100);
        using var end = new CancellationTokenSource();
        var read = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var message in _chat.ReceiveAllAsync(Room, cancellationToken: end.Token))
            {
                if (++read == 3)
                {
                    await end.CancelAsync();
                }
            }
        });

        read.Should().Be(3);
    }

    private async Task FillAsync(int count) =>
        await _chat.SendManyAsync(Room, [.. Enumerable.Range(0, count).Select(_ => new NewMessage("alice", "hello"))], Cancelled);
}
