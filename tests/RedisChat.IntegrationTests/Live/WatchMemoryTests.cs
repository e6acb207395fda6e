using RedisChat.IntegrationTests.Allocations;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Live;

/// <summary>The memory that a process keeps for each quiet room that it watches.</summary>
public sealed class WatchMemoryTests(TestServer server)
{
    private const int Rooms = 2000;
    private const int Budget = 2048;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_watched_room_takes_no_more_than_two_kilobytes() => OwnProcess.RunAsync(server, MeasureAsync);

    private static async Task MeasureAsync()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration));
        var chat = new Chat(store);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);

        // Allocate everything that watching needs only once.
        var watchers = new List<Task>(Rooms + 1);
        await WatchAsync(Rooms);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var room = 0; room < Rooms; room++)
        {
            await WatchAsync(room);
        }

        var bytes = (double)(GC.GetTotalMemory(forceFullCollection: true) - before) / Rooms;
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
}
