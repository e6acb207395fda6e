using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace RedisChat.Tests.Writing;

/// <summary>When a writer calls the store, and what it does about errors.</summary>
public sealed class MessageWriterTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly RecordingStore _store = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Deltas_within_an_interval_become_one_part_and_one_call_is_under_way_at_a_time()
    {
        await using var writer = NewWriter();
        for (var n = 0; n < 30; n++)
        {
            await writer.AppendAsync("x", Cancelled);
            _time.Advance(TimeSpan.FromMilliseconds(10));
        }

        await UntilAsync(() => _store.Text == writer.Text);

        _store.Parts.Should().HaveCountLessThanOrEqualTo(4);
        _store.MostAtOnce.Should().Be(1);
        _store.Parts.Should().OnlyContain(part => part.Writer == "w" && part.Lease == TimeSpan.FromSeconds(30) && part.By == "bot");
    }

    [Fact]
    public async Task The_lease_is_renewed_every_third_of_it()
    {
        await using var writer = NewWriter();
        await UntilAsync(() => _store.Parts.Count == 3);

        _store.Parts.Should().OnlyContain(part => part.Text == "" && part.Offset == 0);
        _time.GetUtcNow().Should().BeOnOrAfter(_time.Start + TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_part_that_could_not_be_stored_is_reported_once_and_stored_by_the_next_attempt()
    {
        await using var writer = NewWriter();
        _store.Faults.Enqueue(new ChatStoreFullException("full"));
        await writer.AppendAsync("one ", Cancelled);
        await Assert.ThrowsAsync<ChatStoreFullException>(() => AdvanceUntilAsync(writer.FlushAsync(Cancelled)));

        await writer.AppendAsync("two", Cancelled);
        await AdvanceUntilAsync(writer.FlushAsync(Cancelled));

        _store.Text.Should().Be("one two");
        writer.Text.Should().Be("one two");
    }

    [Fact]
    public async Task A_part_that_will_never_be_stored_is_reported_by_every_call()
    {
        await using var writer = NewWriter();
        _store.Faults.Enqueue(new ChatWritingException("deleted"));
        await writer.AppendAsync("one", Cancelled);
        await Assert.ThrowsAsync<ChatWritingException>(() => AdvanceUntilAsync(writer.FlushAsync(Cancelled)));

        await Assert.ThrowsAsync<ChatWritingException>(() => writer.AppendAsync("two", Cancelled).AsTask());
        await Assert.ThrowsAsync<ChatWritingException>(() => writer.CompleteAsync(Cancelled));
    }

    [Fact]
    public async Task After_its_end_a_writer_takes_nothing_more()
    {
        await using var writer = NewWriter();
        await writer.AppendAsync("all", Cancelled);
        await AdvanceUntilAsync(writer.CompleteAsync(Cancelled));

        await Assert.ThrowsAsync<InvalidOperationException>(() => writer.AppendAsync("more", Cancelled).AsTask());
        await Assert.ThrowsAsync<InvalidOperationException>(() => writer.FlushAsync(Cancelled));
        await Assert.ThrowsAsync<InvalidOperationException>(() => writer.CompleteAsync(Cancelled));
        await Assert.ThrowsAsync<InvalidOperationException>(() => writer.AbandonAsync(Cancelled));
        await writer.DisposeAsync();
        await writer.DisposeAsync();
        _store.Ends.Should().Equal("all");
    }

    [Fact]
    public async Task Disposing_flushes_and_abandons_and_does_not_throw()
    {
        var writer = NewWriter();
        await writer.AppendAsync("so far", Cancelled);
        await AdvanceUntilAsync(writer.DisposeAsync().AsTask());
        _store.Text.Should().Be("so far");
        _store.Ends.Should().Equal((string?)null);

        var broken = NewWriter();
        await broken.AppendAsync("lost", Cancelled);
        _store.Faults.Enqueue(new ChatWritingException("deleted"));
        await AdvanceUntilAsync(broken.DisposeAsync().AsTask());
        await Assert.ThrowsAsync<InvalidOperationException>(() => broken.AppendAsync("more", Cancelled).AsTask());
    }

    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(601, 0)]
    [InlineData(30, -1)]
    [InlineData(30, 10.5)]
    [InlineData(3, 1.5)]
    public async Task Options_out_of_range_are_refused_before_anything_is_stored(double lease, double interval)
    {
        var room = new Chat(new InMemoryMessageStore()).Room("lobby");
        var options = new WritingOptions { Lease = TimeSpan.FromSeconds(lease), Interval = TimeSpan.FromSeconds(interval) };

        await Assert.ThrowsAsync<ChatInputException>(() => room.BeginAsync(new NewMessage("bot", ""), options, Cancelled));
        await Assert.ThrowsAsync<ChatInputException>(() => room.BeginAsync(new NewMessage("", ""), null, Cancelled));
        await Assert.ThrowsAsync<ChatInputException>(() => room.BeginAsync(null!, null, Cancelled));

        (await room.ReceiveAsync(cancellationToken: Cancelled)).Messages.Should().BeEmpty();
    }

    // Time passes faster here than outside: a call must not run out of it because the machine is busy.
    private MessageWriter NewWriter() => new(
        _store, new OperationRunner(new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) }, _time, NullLogger.Instance), "lobby", new NewMessage("bot", ""), "w", new WritingOptions(),
        new MessageReceipt { Id = 1, Timestamp = DateTimeOffset.UnixEpoch, Position = RoomPosition.Start });

    private async Task AdvanceUntilAsync(Task task)
    {
        await UntilAsync(() => task.IsCompleted);
        await task;
    }

    /// <summary>Lets time pass until it is so.</summary>
    private async Task UntilAsync(Func<bool> isSo)
    {
        while (!isSo())
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Delay(1, Cancelled);
        }
    }

    private sealed class RecordingStore : IWritingStore
    {
        private readonly object _gate = new();
        private readonly List<WrittenPart> _parts = [];
        private int _calls;

        public Queue<Exception> Faults { get; } = [];

        public int MostAtOnce { get; private set; }

        public List<string?> Ends { get; } = [];

        public IReadOnlyList<WrittenPart> Parts
        {
            get
            {
                lock (_gate)
                {
                    return [.. _parts];
                }
            }
        }

        public string Text => string.Concat(Parts.Select(part => part.Text));

        public ValueTask<MessageReceipt> BeginWritingAsync(string room, NewMessage message, string writer, TimeSpan lease, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public async ValueTask<long> AppendPartAsync(string room, long messageId, WrittenPart part, CancellationToken cancellationToken = default)
        {
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _calls));
            await Task.Yield();
            Interlocked.Decrement(ref _calls);
            if (Faults.TryDequeue(out var error))
            {
                throw error;
            }

            lock (_gate)
            {
                _parts.Add(part);
            }

            return part.Offset + System.Text.Encoding.UTF8.GetByteCount(part.Text);
        }

        public ValueTask<Message?> EndWritingAsync(string room, long messageId, string writer, string? text, Actor by, CancellationToken cancellationToken = default)
        {
            Ends.Add(text);
            return new(new Message { Id = messageId, User = "bot", Text = text ?? "", Timestamp = DateTimeOffset.UnixEpoch });
        }
    }
}
