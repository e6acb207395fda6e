using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RedisChat.Conformance;

namespace RedisChat.Tests.Live;

/// <summary>A watcher as its application sees it: an ordinary enumeration that no other one can disturb.</summary>
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
    public async Task One_event_is_awaited_at_a_time()
    {
        using var end = new CancellationTokenSource();
        var watcher = _chat.WatchAsync(Room).GetAsyncEnumerator(end.Token);
        (await watcher.MoveNextAsync()).Should().BeTrue();
        var next = watcher.MoveNextAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await watcher.MoveNextAsync());

        await _chat.SendAsync(Room, "alice", "hello", Cancelled);
        (await next).Should().BeTrue();
        watcher.Current.Should().BeOfType<RoomEvent.Created>();
        await watcher.DisposeAsync();
        (await watcher.MoveNextAsync()).Should().BeFalse();
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

    [Fact]
    public async Task A_watcher_that_fell_behind_catches_up_without_a_second_CaughtUp_event()
    {
        var chat = new Chat(new InMemoryMessageStore(watcherBufferSize: 10));
        await using var watcher = chat.WatchAsync(Room).GetAsyncEnumerator(Cancelled);
        (await watcher.MoveNextAsync()).Should().BeTrue();
        watcher.Current.Should().BeOfType<RoomEvent.CaughtUp>();

        for (var round = 1; round <= 3; round++)
        {
            await chat.SendManyAsync(Room, Messages(50), Cancelled);
            for (var i = 0; i < 50; i++)
            {
                (await watcher.MoveNextAsync()).Should().BeTrue();
                watcher.Current.Should().BeOfType<RoomEvent.Created>();
            }
        }
    }

    [Fact]
    public async Task A_watcher_that_fell_further_behind_than_it_wants_to_catch_up_receives_a_gap_and_continues_live()
    {
        var chat = new Chat(new InMemoryMessageStore(watcherBufferSize: 10));
        await using var watcher = chat.WatchAsync(Room, new WatchOptions { MaxCatchUp = 49 }, Cancelled).GetAsyncEnumerator(Cancelled);
        (await watcher.MoveNextAsync()).Should().BeTrue();

        var receipts = await chat.SendManyAsync(Room, Messages(50), Cancelled);
        (await watcher.MoveNextAsync()).Should().BeTrue();
        watcher.Current.Should().Be(new RoomEvent.Gap(receipts[^1].Position));

        await chat.SendManyAsync(Room, Messages(49), Cancelled);
        for (var id = 51; id <= 99; id++)
        {
            (await watcher.MoveNextAsync()).Should().BeTrue();
            watcher.Current.Should().BeOfType<RoomEvent.Created>().Which.Message.Id.Should().Be(id);
        }
    }

    [Fact]
    public async Task A_heartbeat_arrives_after_each_interval_without_an_event_and_keeps_the_position()
    {
        var time = new FakeTimeProvider();
        var chat = new Chat(new InMemoryMessageStore(time));
        await chat.SendAsync(Room, "alice", "hello", Cancelled);
        await using var watcher = chat.WatchAsync(Room, new WatchOptions { Heartbeat = TimeSpan.FromSeconds(10) }, Cancelled).GetAsyncEnumerator(Cancelled);
        (await watcher.MoveNextAsync()).Should().BeTrue();
        var position = watcher.Current.Position;

        for (var i = 0; i < 3; i++)
        {
            var next = watcher.MoveNextAsync();
            time.Advance(TimeSpan.FromSeconds(9));
            next.IsCompleted.Should().BeFalse();
            time.Advance(TimeSpan.FromSeconds(1));
            (await next).Should().BeTrue();
            watcher.Current.Should().Be(new RoomEvent.Heartbeat(position));
        }

        // An event begins a new interval.
        var created = watcher.MoveNextAsync();
        time.Advance(TimeSpan.FromSeconds(9));
        await chat.SendAsync(Room, "alice", "hello", Cancelled);
        (await created).Should().BeTrue();
        watcher.Current.Should().BeOfType<RoomEvent.Created>();
        var last = watcher.MoveNextAsync();
        time.Advance(TimeSpan.FromSeconds(9));
        last.IsCompleted.Should().BeFalse();
        time.Advance(TimeSpan.FromSeconds(1));
        (await last).Should().BeTrue();
        watcher.Current.Should().BeOfType<RoomEvent.Heartbeat>().Which.Position.MessageId.Should().Be(2);
    }

    [Fact]
    public async Task Heartbeats_arrive_even_while_the_store_does_not_answer()
    {
        var time = new FakeTimeProvider();
        using var store = new BlockedStore();
        var watched = new WatchedStore(store, store, time, NullLogger.Instance);
        var position = new RoomPosition(7, 1, 10, 0);
        var watcher = watched.Watch(Room, new WatchOptions { After = position, Heartbeat = TimeSpan.FromSeconds(10) }, Cancelled).GetAsyncEnumerator(Cancelled);

        for (var i = 0; i < 3; i++)
        {
            var next = watcher.MoveNextAsync();
            await store.Read.Task.WaitAsync(Cancelled);
            time.Advance(TimeSpan.FromSeconds(10));
            (await next).Should().BeTrue();
            watcher.Current.Should().Be(new RoomEvent.Heartbeat(position));
        }

        await watcher.DisposeAsync();
        (await watcher.MoveNextAsync()).Should().BeFalse();
    }

    [Fact]
    public async Task Each_enumeration_is_a_separate_watcher()
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

    private static NewMessage[] Messages(int count) => [.. Enumerable.Range(0, count).Select(_ => new NewMessage("alice", "hello"))];

    private async Task FillAsync(int count) => await _chat.SendManyAsync(Room, Messages(count), Cancelled);
}
