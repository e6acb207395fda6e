using System.Threading.Channels;

namespace RedisChat.Tests.Live;

/// <summary>Concurrent reads of the same data are shared, but a caller never shares a read that began before it called.</summary>
public sealed class SharedReadsTests
{
    private readonly Channel<TaskCompletionSource<int>> _begun = Channel.CreateUnbounded<TaskCompletionSource<int>>();
    private readonly SharedReads<string, int> _reads;

    public SharedReadsTests() => _reads = new(_ =>
    {
        var read = new TaskCompletionSource<int>();
        _begun.Writer.TryWrite(read);
        return new(read.Task);
    });

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_callers_during_a_read_share_the_next_one()
    {
        var first = _reads.ReadAsync("lobby", Cancelled);
        var others = Enumerable.Range(0, 200).Select(_ => _reads.ReadAsync("lobby", Cancelled)).ToList();
        var one = await BegunAsync();
        _begun.Reader.Count.Should().Be(0);

        one.SetResult(1);
        (await first).Should().Be(1);
        var two = await BegunAsync();
        others.Should().OnlyContain(other => !other.IsCompleted, "the first one's result may be older than their calls");
        two.SetResult(2);

        (await Task.WhenAll(others)).Should().OnlyContain(result => result == 2);
        _begun.Reader.Count.Should().Be(0);
    }

    [Fact]
    public async Task Callers_that_share_a_read_read_the_items_of_all()
    {
        var begun = Channel.CreateUnbounded<(IReadOnlyCollection<string> Items, TaskCompletionSource<int> Read)>();
        var reads = new GroupedReads<string, string, int>((_, items) =>
        {
            var read = new TaskCompletionSource<int>();
            begun.Writer.TryWrite((items, read));
            return new(read.Task);
        });
        var first = reads.ReadAsync("lobby", "alice", Cancelled);
        var others = new[] { "bob", "carol", "bob" }.Select(item => reads.ReadAsync("lobby", item, Cancelled)).ToList();
        var elsewhere = reads.ReadAsync("hall", "dave", Cancelled);

        var (one, two) = (await begun.Reader.ReadAsync(Cancelled), await begun.Reader.ReadAsync(Cancelled));
        new[] { one, two }.Select(read => read.Items.Single()).Should().BeEquivalentTo("alice", "dave");
        one.Read.SetResult(1);
        two.Read.SetResult(1);
        var next = await begun.Reader.ReadAsync(Cancelled);
        next.Items.Should().BeEquivalentTo("bob", "carol");
        next.Read.SetResult(2);

        (await Task.WhenAll([first, elsewhere, .. others])).Should().Equal(1, 1, 2, 2, 2);
    }

    [Fact]
    public async Task After_all_reads_have_ended_the_next_caller_reads_at_once()
    {
        var first = _reads.ReadAsync("lobby", Cancelled);
        (await BegunAsync()).SetResult(1);
        await first;

        // If the end of the first read is not recorded yet, this one follows at once.
        var next = _reads.ReadAsync("lobby", Cancelled);
        (await BegunAsync()).SetResult(2);
        (await next).Should().Be(2);
    }

    [Fact]
    public void Reads_of_something_else_are_not_shared()
    {
        _ = _reads.ReadAsync("lobby", Cancelled);
        _ = _reads.ReadAsync("kitchen", Cancelled);

        _begun.Reader.Count.Should().Be(2);
    }

    [Fact]
    public async Task A_failed_read_fails_for_all_who_share_it_and_the_next_read_runs()
    {
        var first = _reads.ReadAsync("lobby", Cancelled);
        var second = _reads.ReadAsync("lobby", Cancelled);

        (await BegunAsync()).SetException(new ChatUnavailableException("away"));

        await Assert.ThrowsAsync<ChatUnavailableException>(() => first);
        (await BegunAsync()).SetResult(2);
        (await second).Should().Be(2);
    }

    [Fact]
    public async Task A_caller_that_stops_waiting_does_not_cancel_the_read_for_others()
    {
        using var impatient = new CancellationTokenSource();
        var first = _reads.ReadAsync("lobby", Cancelled);
        var leaves = _reads.ReadAsync("lobby", impatient.Token);
        var stays = _reads.ReadAsync("lobby", Cancelled);

        await impatient.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves);
        (await BegunAsync()).SetResult(1);
        await first;
        (await BegunAsync()).SetResult(2);
        (await stays).Should().Be(2);
    }

    [Fact]
    public async Task A_read_does_not_run_in_the_context_of_the_caller_that_started_it()
    {
        var local = new AsyncLocal<string>();
        var seen = new List<string?>();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reads = new SharedReads<string, int>(async _ =>
        {
            await gate.Task;
            seen.Add(local.Value);
            return 0;
        });

        local.Value = "a request";
        var first = reads.ReadAsync("lobby", Cancelled);
        local.Value.Should().Be("a request");
        gate.SetResult();
        await first;

        seen.Should().Equal([null]);
    }

    /// <summary>The next read, once it has begun.</summary>
    private ValueTask<TaskCompletionSource<int>> BegunAsync() => _begun.Reader.ReadAsync(Cancelled);
}
