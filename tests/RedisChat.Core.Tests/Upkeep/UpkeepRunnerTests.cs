using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.Logging;

namespace RedisChat.Tests.Upkeep;

/// <summary>The loop that does what rooms need in the background.</summary>
public sealed class UpkeepRunnerTests : IDisposable
{
    private readonly InMemoryUpkeepStore _store = new(TimeProvider.System);
    private readonly SemaphoreSlim _acted = new(0);
    private readonly ChatOptions _options = new();
    private readonly RecordedLog _log = new();

    public UpkeepRunnerTests() => (_options.Upkeep.PollInterval, _options.Upkeep.Lease) = (TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1));

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _acted.Dispose();

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
                await UntilAsync(() => attempts.GetValueOrDefault("fails") >= 2 && attempts.GetValueOrDefault("takes too long") >= 2);
                await NextAsync(next => next is null);
            });
    }

    [Fact]
    public async Task A_room_with_more_to_do_goes_on_at_once_and_comes_again_at_the_earliest_time()
    {
        _options.Upkeep.Lease = TimeSpan.FromHours(1);
        var calls = 0;
        await RunAsync(
            (_, _) => new(Interlocked.Increment(ref calls) < 100 ? TimeSpan.Zero : TimeSpan.FromDays(1)),
            async () =>
            {
                await _store.AddRoomAsync("room", null, Cancelled);
                await UntilAsync(() => Volatile.Read(ref calls) == 100);
                await NextAsync(next => next > TimeSpan.FromHours(2));
            });
        calls.Should().Be(100);
    }

    [Fact]
    public async Task A_feature_that_fails_keeps_neither_others_nor_the_loop_from_their_work()
    {
        var (failed, done) = (0, 0);
        await RunAsync(
            [
                (_, _) => throw new InvalidOperationException($"a user's text {Interlocked.Increment(ref failed)}"),
                (_, _) => new(Interlocked.Increment(ref done) < 3 ? TimeSpan.Zero : null),
            ],
            async () =>
            {
                await _store.AddRoomAsync("room", null, Cancelled);
                await UntilAsync(() => Volatile.Read(ref failed) >= 2 && Volatile.Read(ref done) >= 3);
            });
        _log.Entries.Should().NotContain(entry => entry.Level > LogLevel.Trace && entry.Text.Contains("a user's text", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_an_application_throws_when_its_work_is_canceled_is_no_failure_of_the_loop()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await RunAsync(
            async (_, token) =>
            {
                begun.TrySetResult();
                await Task.Delay(Timeout.Infinite, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw new InvalidOperationException("as some database clients do");
            },
            async () =>
            {
                await _store.AddRoomAsync("room", null, Cancelled);
                await begun.Task.WaitAsync(Cancelled);
            });
    }

    [Fact]
    public async Task A_sweep_whose_first_page_fails_goes_on()
    {
        IMessageStore store = new InMemoryMessageStore();
        await new Chat(store).Rooms.CreateAsync("room", new RoomAbout(), cancellationToken: Cancelled);
        var runner = new OperationRunner(_options, TimeProvider.System, _log);

        await new UpkeepSweep(FailingOnce.Of(store.GetAbility<IRoomDirectoryStore>()!), _store, runner).RunAsync(Cancelled);

        (await _store.ClaimRoomsAsync(TimeSpan.FromSeconds(1), 16, Cancelled)).Rooms.Should().ContainSingle().Which.Room.Should().Be("room");
        _log.Entries.Should().ContainSingle(entry => entry.Level == LogLevel.Warning);
    }

    private Task RunAsync(Func<string, CancellationToken, ValueTask<TimeSpan?>> work, Func<Task> test) => RunAsync([work], test);

    private async Task RunAsync(Func<string, CancellationToken, ValueTask<TimeSpan?>>[] works, Func<Task> test)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var runner = new OperationRunner(_options, TimeProvider.System, _log);
        var running = new UpkeepRunner(new SettledStore(_store, _acted), runner, [.. works.Select(work => new Work(work, _acted))]).RunAsync(sweep: null, end.Token);
        await test();
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    /// <summary>Waits until the next room needs work at such a time. No room may need work now.</summary>
    private async Task NextAsync(Predicate<TimeSpan?> condition)
    {
        while (!condition((await _store.ClaimRoomsAsync(TimeSpan.FromMilliseconds(1), 16, Cancelled)).Next))
        {
            await _acted.WaitAsync(Cancelled);
        }
    }

    /// <summary>Waits until a condition holds, which may change whenever a room is worked on or settled.</summary>
    private async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await _acted.WaitAsync(Cancelled);
        }
    }

    /// <summary>A directory whose first call fails.</summary>
    [SuppressMessage("Performance", "CA1852", Justification = "The proxy derives from it.")]
    private class FailingOnce : DispatchProxy
    {
        private IRoomDirectoryStore _inner = null!;
        private bool _hasFailed;

        public static IRoomDirectoryStore Of(IRoomDirectoryStore inner)
        {
            var proxy = Create<IRoomDirectoryStore, FailingOnce>();
            ((FailingOnce)(object)proxy)._inner = inner;
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (!_hasFailed)
            {
                _hasFailed = true;
                throw new ChatUnavailableException("not now");
            }

            return targetMethod!.Invoke(_inner, args);
        }
    }

    /// <summary>Says when the work on a room has begun to wait or has ended.</summary>
    private sealed class Work(Func<string, CancellationToken, ValueTask<TimeSpan?>> work, SemaphoreSlim acted) : IRoomUpkeep
    {
        public async ValueTask<TimeSpan?> RunAsync(string room, CancellationToken cancellationToken)
        {
            try
            {
                var working = work(room, cancellationToken);
                acted.Release();
                return await working;
            }
            finally
            {
                acted.Release();
            }
        }
    }

    /// <summary>Says when a room has been settled.</summary>
    private sealed class SettledStore(IUpkeepStore store, SemaphoreSlim settled) : IUpkeepStore
    {
        public ValueTask AddRoomAsync(string room, DateTimeOffset? at, CancellationToken cancellationToken) => store.AddRoomAsync(room, at, cancellationToken);

        public ValueTask<ClaimedRooms> ClaimRoomsAsync(TimeSpan lease, int atMost, CancellationToken cancellationToken) => store.ClaimRoomsAsync(lease, atMost, cancellationToken);

        public async ValueTask SettleRoomAsync(ClaimedRoom room, TimeSpan? again, CancellationToken cancellationToken)
        {
            await store.SettleRoomAsync(room, again, cancellationToken);
            settled.Release();
        }
    }
}
