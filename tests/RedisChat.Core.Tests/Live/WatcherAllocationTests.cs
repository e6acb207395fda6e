namespace RedisChat.Tests.Live;

/// <summary>The cost of an event per additional watcher.</summary>
/// <remarks>Counts the allocations of the whole process, because watchers run on the pool; so nothing else may run at the same time.</remarks>
[Collection(Alone)]
public sealed class WatcherAllocationTests
{
    private const string Alone = "alone";
    private const int Events = 2000;
    private const int FurtherWatchers = 20;
    private const int Budget = 64;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null)]
    [InlineData("bob")]
    public async Task An_event_allocates_almost_nothing_per_additional_watcher(string? reader)
    {
        await AllocatedAsync(1 + FurtherWatchers, reader);
        var one = await AllocatedAsync(1, reader);
        var further = (await AllocatedAsync(1 + FurtherWatchers, reader) - one) / FurtherWatchers;

        TestContext.Current.TestOutputHelper?.WriteLine($"{further:f1} B for each additional watcher of an event; {one:f0} B for the first and the send.");
        further.Should().BeLessThanOrEqualTo(Budget);
    }

    /// <summary>Bytes per event. Each is sent once all watchers have the previous one, so every watcher waits and is woken each time.</summary>
    private static async Task<double> AllocatedAsync(int watchers, string? reader)
    {
        var chat = new Chat(new InMemoryMessageStore());
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var turn = new Turn(watchers);
        var watching = Enumerable.Range(0, watchers).Select(_ => Task.Run(async () =>
        {
            await foreach (var happened in chat.WatchAsync("lobby", new WatchOptions { As = reader }, end.Token))
            {
                turn.Taken();
            }
        })).ToList();
        await turn.AllTakenAsync();

        long before = 0;
        for (var i = -Events / 10; i < Events; i++)
        {
            before = i == 0 ? GC.GetTotalAllocatedBytes(precise: true) : before;
            turn.Begin();
            await chat.SendAsync("lobby", "alice", "hello", Cancelled);
            await turn.AllTakenAsync();
        }

        var allocated = (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / Events;
        await end.CancelAsync();
        foreach (var watcher in watching)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watcher);
        }

        return allocated;
    }

    [CollectionDefinition(Alone, DisableParallelization = true)]
    public sealed class AloneDefinition;

    /// <summary>Allocates the same for each event, however many watchers there are.</summary>
    private sealed class Turn(int watchers)
    {
        private TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly int _watchers = watchers;
        private int _missing = watchers;

        public void Begin()
        {
            _taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _missing, _watchers);
        }

        public void Taken()
        {
            if (Interlocked.Decrement(ref _missing) == 0)
            {
                _taken.SetResult();
            }
        }

        public Task AllTakenAsync() => _taken.Task;
    }
}
