using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using RedisChat.Redis;

namespace RedisChat.Tests.Redis.Writing;

/// <summary>Parts and ends of messages on a room's channel.</summary>
public sealed class WritingEventsTests : IDisposable
{
    private static readonly RoomPosition At = new(7, 13, 30, 300);

    private readonly RedisSubscription _subscription = new(null!, "lobby", 1000, TimeProvider.System);
    private readonly LivePayload _payload;
    private readonly SemaphoreSlim _hasRead = new(0);
    private (string Writer, string Text)? _stored = ("w1", "");
    private int _reads;

    public WritingEventsTests()
    {
        var events = new WritingEvents(
            (_, _) =>
            {
                Interlocked.Increment(ref _reads);
                _hasRead.Release();
                return Task.FromResult(_stored);
            },
            NullLogger.Instance);
        _payload = new LivePayload(events) { PassingKinds = [events] };
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _hasRead.Dispose();

    [Fact]
    public async Task Parts_are_events_with_offsets_in_characters()
    {
        await ReadAsync("W 12 0 w1\n");
        Part("W 12 0 w1 more words\né\"\\\n😀\n").Should().BeEquivalentTo(new { MessageId = 12, Offset = 0, Text = "é\"\\\n😀\n", Position = At });
        Part("W 12 10 w1\nend").Should().BeEquivalentTo(new { MessageId = 12, Offset = 7, Text = "end" });
        _reads.Should().Be(1);
    }

    [Fact]
    public async Task What_is_known_is_left_out_and_what_is_ahead_waits_for_a_read()
    {
        await ReadAsync("W 12 0 w1\nabc");
        Part("W 12 0 w1\nabc").Should().BeNull();
        Part("W 12 0 w1\nabcd").Should().BeEquivalentTo(new { Offset = 3, Text = "d" });
        Part("W 12 2 w1\ncd").Should().BeNull();

        _stored = ("w1", "abcde");
        (await ReadAsync("W 12 5 w1\nf")).Should().BeEquivalentTo(new { Offset = 5, Text = "f" });
        _reads.Should().Be(2);
    }

    [Fact]
    public async Task A_part_of_a_writer_for_whom_the_store_does_not_vouch_is_never_delivered()
    {
        await ReadAsync("W 12 0 w1\nabc");
        Part("W 12 3 forged\n!").Should().BeNull();
        Part("W 14 0 w1\nabc").Should().BeNull("there is no such message");
        await _hasRead.WaitAsync(Cancelled);
        await _hasRead.WaitAsync(Cancelled);

        Part("W 12 3 w1\nd").Should().BeEquivalentTo(new { Offset = 3, Text = "d" });
        _reads.Should().Be(2);
    }

    [Theory]
    [InlineData("W 12 0")]
    [InlineData("W 12 w1\nabc")]
    [InlineData("W 0 0 w1\nabc")]
    [InlineData("W x 0 w1\nabc")]
    [InlineData("W 12 -5 w1\nabc")]
    [InlineData("W 99999999999999999 0 w1\nabc")]
    public void Anything_else_is_dropped(string payload) => Part(payload).Should().BeNull();

    [Fact]
    public void Parts_that_are_not_text_are_dropped() =>
        _payload.ReadPassing([.. "W 12 0 w1\n"u8, 0xff], _subscription, At).First.Should().BeNull();

    [Fact]
    public async Task An_end_takes_its_text_from_the_parts()
    {
        await ReadAsync("W 12 0 w1\nabc ");
        Part("W 12 4 w1\nüd");

        var whole = End("abc üd").Whole();

        whole!.Message.Should().Be(new Message { Id = 12, User = "bot", Text = "abc üd", Timestamp = Micros.ToTime(5) });
        Part("W 12 7 w1\nlate").Should().BeNull("it has ended");
        _reads.Should().Be(1);
    }

    [Fact]
    public async Task An_end_whose_parts_are_missing_or_different_has_no_text()
    {
        End("abc").Whole().Should().BeNull();
        await ReadAsync("W 13 0 w1\nabx");
        End("abc", 13).Whole().Should().BeNull();
        End("", 11).Whole()!.Message.Text.Should().BeEmpty();
    }

    [Theory]
    [InlineData("w 7 13 30 300 200 12\n{\"t\":5,\"u\":\"bot\",\"c\":\"\"}")]
    [InlineData("w 7 13 30 300 200 12\nno message\n0 da39a3ee")]
    [InlineData("w 7 13 30 300 200\n{\"t\":5,\"u\":\"bot\",\"c\":\"\"}\n0 da39a3ee")]
    public void An_end_that_cannot_be_read_is_not_an_event(string payload) =>
        _payload.TryRead(Encoding.UTF8.GetBytes(payload), out _, _subscription).Should().BeFalse();

    [Fact]
    public async Task A_watcher_receives_what_it_does_not_have()
    {
        var first = await ReadAsync("W 12 0 w1\nabc");
        var second = Part("W 12 3 w1\ndef")!;
        var seen = new SeenRoom { Position = At };

        seen.Take(second).Should().BeEquivalentTo(new { Offset = 0, Text = "abcdef" }, "it has joined just now");
        seen.Take(first).Should().BeNull();
        seen.Take(Part("W 12 6 w1\n")!).Should().BeNull("it renews the lease only");
        seen.Take(Part("W 12 6 w1\ng")!).Should().BeEquivalentTo(new { Offset = 6, Text = "g" });
        seen.Received(new RoomEvent.Deleted(12, At));

        var other = new SeenRoom { Position = At };
        other.Received(new RoomEvent.Created(
            new Message { Id = 12, User = "bot", Text = "abcd", Timestamp = DateTimeOffset.UnixEpoch, Writing = WritingState.InProgress }, At));
        other.Take(first).Should().BeNull();
        other.Take(second).Should().BeEquivalentTo(new { Offset = 4, Text = "ef" });
        other.ReadAhead.Should().BeNull();
    }

    private RoomEvent.WritingEnded End(string text, long id = 12)
    {
        var payload = $"w 7 13 30 300 200 {id}\n{{\"t\":5,\"u\":\"bot\",\"c\":\"\"}}\n{PendingText.DigestOf(text)}\nmore lines";
        _payload.TryRead(Encoding.UTF8.GetBytes(payload), out var events, _subscription).Should().BeTrue();
        return events.First.Happened.Should().BeOfType<RoomEvent.WritingEnded>().Subject;
    }

    private RoomEvent.PartWritten? Part(string payload) =>
        _payload.ReadPassing(Encoding.UTF8.GetBytes(payload), _subscription, At).First?.Happened as RoomEvent.PartWritten;

    /// <summary>The last event once the store was read, which a part requires that does not continue a text.</summary>
    private async Task<RoomEvent.PartWritten> ReadAsync(string payload)
    {
        var watcher = new Watcher();
        var reader = _subscription.Feed.Join(watcher);
        reader.BeginWait();
        Part(payload).Should().BeNull();
        await watcher.Woken.WaitAsync(Cancelled);
        _subscription.Feed.Leave(reader);
        return (RoomEvent.PartWritten)_subscription.Feed.Last.Happened;
    }

    /// <summary>Waits for the next event of a feed.</summary>
    private sealed class Watcher : IThreadPoolWorkItem
    {
        private readonly TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Woken => _woken.Task;

        public void Execute() => _woken.TrySetResult();
    }
}
