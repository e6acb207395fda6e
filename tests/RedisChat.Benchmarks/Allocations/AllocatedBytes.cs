using RedisChat.Benchmarks.Delivery;
using RedisChat.Benchmarks.Ratios;
using RedisChat.Benchmarks.Send;
using RedisChat.Benchmarks.Texts;

namespace RedisChat.Benchmarks.Allocations;

/// <summary>Garbage of a send, of a page, and of each further watcher of an event.</summary>
internal sealed class AllocatedBytes : IMetricGroup
{
    private const int Sends = 5000;
    private const int Pages = 1000;
    private const int PageSize = 50;
    private const int Events = 2000;
    private const int FurtherWatchers = 20;

    public string Name => "allocations";

    public bool NeedsOwnServer => false;

    public async Task<IReadOnlyList<Metric>> RunAsync(RunContext run)
    {
        await using var ours = new LibrarySends(run);
        await using var store = run.NewStore();
        var page = run.NewName();
        var chat = new Chat(store);
        await chat.SendManyAsync(page, [.. NaturalTexts.Embedded.Messages(seed: 5).Take(PageSize).Select(text => new NewMessage("alice", text))]);
        var bytes = await Rounds.RunAsync(
            run,
            TimeSpan.Zero,
            new Contender<double>("send", async _ => await SendAsync(run, ours)),
            new Contender<double>("raw send", async _ => await SendAsync(run, new RawAppendSends())),
            new Contender<double>("page", async _ => await AllocationCount.BytesEachAsync(run, Pages, _ => chat.ReceiveAsync(page))),
            new Contender<double>("event", async _ => await FurtherWatcherAsync(run)));
        return
        [
            Metric.Absolute("allocated a send", "B", bytes["send"], Budget.AtMost(800), FormattableString.Invariant(
                $"of a message of {NaturalTexts.MaxBytes} bytes; the raw script by the same client library: {Spread.Of(bytes["raw send"]).Median:n0} B")),
            Metric.Absolute($"allocated a page of {PageSize}", "B", bytes["page"], Budget.AtMost(16 * 1024), "texts and authors of the messages are in it"),
            Metric.Absolute("allocated a delivered event, beyond the first watcher", "B", bytes["event"], Budget.AtMost(64)),
        ];
    }

    private static async Task<double> SendAsync(RunContext run, ISendPattern pattern)
    {
        var send = await pattern.PrepareAsync(run, [run.NewName()]);
        await send(0);
        return await AllocationCount.BytesEachAsync(run, Sends, _ => send(0));
    }

    /// <summary>The same events with one watcher and with more, each sent once all have received the previous one.</summary>
    private static async Task<double> FurtherWatcherAsync(RunContext run)
    {
        await using var fanOut = new LibraryFanOut(run);
        var one = await WithWatchersAsync(1);
        return (await WithWatchersAsync(1 + FurtherWatchers) - one) / FurtherWatchers;

        async Task<double> WithWatchersAsync(int watchers)
        {
            var reception = new InTurns(watchers, Events);
            await using var room = await fanOut.OpenAsync(watchers, reception);
            return await AllocationCount.BytesEachAsync(run, Events, async number =>
            {
                reception.Expect();
                await room.SendAsync(number);
                await reception.TakenAsync();
            });
        }
    }

    /// <summary>Signals after each message that all watchers have received it, with the same allocations however many there are.</summary>
    private sealed class InTurns(int watchers, int messages) : Reception(watchers, messages)
    {
        private TaskCompletionSource _taken = new();
        private int _awaited;

        public override bool IsNumbered => false;

        public void Expect()
        {
            _taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _awaited, WatcherCount);
        }

        public Task TakenAsync() => _taken.Task;

        protected override void Note(int watcher, int number, long published)
        {
            if (Interlocked.Decrement(ref _awaited) == 0)
            {
                _taken.SetResult();
            }
        }
    }
}
