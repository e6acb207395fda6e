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
}
