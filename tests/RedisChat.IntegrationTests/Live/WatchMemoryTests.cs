using RedisChat.IntegrationTests.Allocations;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Live;

/// <summary>The memory that a process keeps for each quiet room that it watches.</summary>
public sealed class WatchMemoryTests(TestServer server)
{
    private const int Rooms = 2000;
    private const int Budget = 2048;

    // No probe begins meanwhile.
    private static readonly RedisStoreOptions Options = new() { LiveProbeInterval = TimeSpan.FromMinutes(1) };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_watched_room_takes_no_more_than_two_kilobytes() => OwnProcess.RunAsync(server, MeasureAsync);

    [Fact]
    public Task A_room_of_a_stream_of_many_takes_no_more_than_a_room_that_is_watched_alone() => OwnProcess.RunAsync(server, MeasureStreamAsync);

    private static async Task MeasureAsync()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration), Options);
        var chat = new Chat(store);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);

        // Allocate everything that watching needs only once.
        var watchers = new List<Task>(Rooms + 1);
        await WatchAsync(Rooms);
        var before = Used();

        for (var room = 0; room < Rooms; room++)
        {
            await WatchAsync(room);
        }

        var bytes = (double)(Used() - before) / Rooms;
        TestContext.Current.TestOutputHelper?.WriteLine($"{bytes:f0} B for each watched room, including the application's loop and the client library's subscription.");
        bytes.Should().BeLessThanOrEqualTo(Budget);
        await end.CancelAsync();
        foreach (var watcher in watchers)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watcher);
        }

        Task WatchAsync(int room)
        {
            var caughtUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            watchers.Add(Task.Run(async () =>
            {
                await foreach (var happened in chat.WatchAsync($"room {room}", cancellationToken: end.Token))
                {
                    caughtUp.TrySetResult();
                }
            }));
            return caughtUp.Task;
        }
    }

    private static async Task MeasureStreamAsync()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration), Options);
        await using var watched = new Chat(store).WatchManyAsync([], cancellationToken: Cancelled);
        var caughtUp = 0;
        var awaited = (Count: 0, Reached: new TaskCompletionSource());
        var watching = Task.Run(async () =>
        {
            await foreach (var happened in watched)
            {
                caughtUp += happened.Event is RoomEvent.CaughtUp ? 1 : 0;
                if (caughtUp == awaited.Count)
                {
                    awaited.Reached.SetResult();
                }
            }
        });

        // Allocate everything that watching needs only once.
        await WatchAsync(Rooms, 1, total: 1);
        var before = Used();
        for (var room = 0; room < Rooms; room += 50)
        {
            await WatchAsync(room, 50, total: room + 51);
        }

        var bytes = (double)(Used() - before) / Rooms;
        TestContext.Current.TestOutputHelper?.WriteLine($"{bytes:f0} B for each room of a stream, including the client library's subscription.");
        bytes.Should().BeLessThanOrEqualTo(Budget);
        await watched.DisposeAsync();
        await watching;

        Task WatchAsync(int first, int count, int total)
        {
            awaited = (total, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            for (var room = first; room < first + count; room++)
            {
                watched.Add($"room {room}");
            }

            return awaited.Reached.Task;
        }
    }

    /// <summary>The memory in use. The least of some collections, because what runs beside it, such as a heartbeat, only adds.</summary>
    private static long Used() => Enumerable.Range(0, 5).Min(_ => GC.GetTotalMemory(forceFullCollection: true));
}
