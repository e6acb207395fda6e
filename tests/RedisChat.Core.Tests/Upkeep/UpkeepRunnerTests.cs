using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;

namespace RedisChat.Tests.Upkeep;

/// <summary>The loop that does what rooms need in the background.</summary>
public sealed class UpkeepRunnerTests
{
    private readonly InMemoryUpkeepStore _store = new(TimeProvider.System);
    private readonly ChatOptions _options = new();

    public UpkeepRunnerTests() => (_options.Upkeep.PollInterval, _options.Upkeep.Lease) = (TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1));

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_slow_room_delays_no_other()
    {
        _options.Upkeep.Lease = TimeSpan.FromHours(1);
        var (slow, others) = (new TaskCompletionSource(), new ConcurrentDictionary<string, bool>());
        await RunAsync(
            async (room, token) =>
            {
                others[room] = true;
                await (room == "slow" ? slow.Task.WaitAsync(token) : Task.CompletedTask);
                return null;
            },
            async () =>
            {
                await _store.AddRoomAsync("slow", null, Cancelled);
                await UntilAsync(() => others.ContainsKey("slow"));
                for (var i = 0; i < 40; i++)
                {
                    await _store.AddRoomAsync($"{i}", null, Cancelled);
                }

                await UntilAsync(() => others.Count == 41);
            });
    }

    [Fact]
    public async Task A_room_that_fails_or_takes_too_long_is_tried_again_when_its_claim_ends()
    {
        var attempts = new ConcurrentDictionary<string, int>();
        await RunAsync(
            async (room, token) =>
            {
                var attempt = attempts.AddOrUpdate(room, 1, (_, before) => before + 1);
                if (attempt == 1)
                {
                    await (room == "fails" ? throw new ChatUnavailableException("not now") : Task.Delay(Timeout.Infinite, token));
                }

                return null;
            },
            async () =>
            {
                await _store.AddRoomAsync("fails", null, Cancelled);
                await _store.AddRoomAsync("takes too long", null, Cancelled);
                await UntilAsync(() => attempts.GetValueOrDefault("fails") == 2 && attempts.GetValueOrDefault("takes too long") == 2);
                await NextAsync(next => next is null);
            });
    }

    [Fact]
    public async Task A_room_with_more_to_do_goes_on_at_once_and_comes_again_at_the_earliest_time()
    {
        var calls = 0;
        await RunAsync(
            (_, _) => new(Interlocked.Increment(ref calls) < 100 ? TimeSpan.Zero : TimeSpan.FromHours(1)),
            async () =>
            {
                await _store.AddRoomAsync("room", null, Cancelled);
                await UntilAsync(() => Volatile.Read(ref calls) == 100);
                await NextAsync(next => next > TimeSpan.FromMinutes(5));
            });
        calls.Should().Be(100);
    }

    private async Task RunAsync(Func<string, CancellationToken, ValueTask<TimeSpan?>> work, Func<Task> test)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var runner = new OperationRunner(_options, TimeProvider.System, NullLogger.Instance);
        var running = new UpkeepRunner(_store, runner, [new Work(work)]).RunAsync(sweep: null, end.Token);
        await test();
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    /// <summary>Waits until the next room needs work at such a time. No room may need work now.</summary>
    private async Task NextAsync(Predicate<TimeSpan?> condition)
    {
        while (!condition((await _store.ClaimRoomsAsync(TimeSpan.FromMilliseconds(1), 16, Cancelled)).Next))
        {
            await Task.Delay(10, Cancelled);
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(10, Cancelled);
        }
    }

    private sealed class Work(Func<string, CancellationToken, ValueTask<TimeSpan?>> work) : IRoomUpkeep
    {
        public ValueTask<TimeSpan?> RunAsync(string room, CancellationToken cancellationToken) => work(room, cancellationToken);
    }
}
