extern alias tool;

using tool::RedisChat.Tool;
using tool::RedisChat.Tool.Commands;

namespace RedisChat.IntegrationTests.CommandLine;

/// <summary>What <c>redischat archive</c> waits for, and when it prints, without a server: here a room takes as long as the test says.</summary>
public sealed class ArchiveRunTests : IDisposable
{
    private static readonly ArchivedStep Prepared = new(0, TimeSpan.FromMinutes(6)) { IsWaiting = true };
    private static readonly ArchivedStep Conflict = new(0, TimeSpan.FromSeconds(1)) { IsWaiting = true };
    private static readonly ArchivedStep Done = new(3, null);

    private readonly SkippingClock _clock = new();
    private readonly StringWriter _results = new() { NewLine = "\n" };
    private readonly StringWriter _errors = new() { NewLine = "\n" };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_time_that_other_rooms_take_is_no_reason_to_give_up_a_room()
    {
        var steps = new Dictionary<string, Queue<ArchivedStep>> { ["slow"] = new([Prepared, Done]), ["late"] = new([Prepared, Conflict, Conflict, Done]) };
        var code = await RunAsync(
            ["slow", "late"],
            room =>
            {
                _clock.Now += room == "slow" ? TimeSpan.FromHours(1) : TimeSpan.Zero;
                return steps[room].Dequeue();
            });

        code.Should().Be(0);
        _results.ToString().Should().Be("slow: 3 runs of 128 ids moved.\nlate: 3 runs of 128 ids moved.\n2 rooms: 6 runs of 128 ids moved.\n");
    }

    [Fact]
    public async Task A_room_that_cannot_be_moved_for_ten_minutes_is_given_up_and_its_runs_are_counted()
    {
        var attempts = 0;
        var start = _clock.Now;

        (await RunAsync(["lobby", "other"], room => room == "other" ? Done : attempts++ == 0 ? Conflict with { Moved = 2 } : Conflict)).Should().Be(1);

        (_clock.Now - start).Should().BeCloseTo(TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(5));
        _results.ToString().Should().Be("other: 3 runs of 128 ids moved.\nlobby: 2 runs of 128 ids moved.\n2 rooms: 5 runs of 128 ids moved; 1 room could not be archived.\n");
        _errors.ToString().Should().Contain("lobby: The messages could not be moved: they are being changed all the time");
    }

    [Fact]
    public async Task What_was_moved_is_printed_even_if_the_command_is_interrupted_later()
    {
        await Assert.ThrowsAsync<OperationCanceledException>(() => RunAsync(["a", "b"], room => room == "a" ? Done : throw new OperationCanceledException()));

        _results.ToString().Should().Be("a: 3 runs of 128 ids moved.\n");
    }

    public void Dispose()
    {
        _results.Dispose();
        _errors.Dispose();
    }

    private async Task<int> RunAsync(string[] rooms, Func<string, ArchivedStep> step)
    {
        using var run = new ArchiveRun(ToolOutput.To(_results, _errors), _clock, (room, _, _) => Task.FromResult(step(room)), default);
        foreach (var room in rooms)
        {
            await run.BeginAsync(room, Cancelled);
        }

        return await run.FinishAsync(Cancelled);
    }

    /// <summary>A clock on which whatever is waited for is there at once.</summary>
    private sealed class SkippingClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;

        public override DateTimeOffset GetUtcNow() => Now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Now += dueTime;
            return System.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
