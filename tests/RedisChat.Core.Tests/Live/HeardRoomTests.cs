using Microsoft.Extensions.Time.Testing;

namespace RedisChat.Tests.Live;

/// <summary>Events that overtook each other are ordered by number; a missing event is not awaited for long.</summary>
public sealed class HeardRoomTests
{
    private const int BufferSize = 64;

    private readonly FakeTimeProvider _time = new();
    private readonly LiveHistory _history = new();
    private readonly HeardRoom _room;
    private readonly RoomFeedReader _reader;
    private RoomPosition _seen;

    public HeardRoomTests()
    {
        _room = new HeardRoom(BufferSize, _time);
        _reader = _room.Feed.Join(new Nobody());
        _history.Created();
        _seen = _history.Position;
        _room.Confirmed(_seen);
    }

    [Fact]
    public void Events_after_a_missing_one_are_held_until_it_arrives()
    {
        var missing = _history.Created();
        _room.Hear(_history.Created());
        _room.Hear(_history.Edited());
        Read().Should().BeEmpty();
        _room.TryGetWhole(out _).Should().BeFalse();

        _room.Hear(missing);

        Read().Should().Equal(Continuity.Next, Continuity.Next, Continuity.Next);
        _seen.Should().Be(_history.Position);
        _room.TryGetWhole(out var heard).Should().BeTrue();
        heard.Should().Be(_history.Position);
    }

    [Fact]
    public void A_missing_event_that_does_not_arrive_soon_is_a_hole()
    {
        _history.Created();
        _room.Hear(_history.Created());
        _time.Advance(HeldEvents.Patience - TimeSpan.FromMilliseconds(1));
        Read().Should().BeEmpty();

        _time.Advance(TimeSpan.FromMilliseconds(1));

        Read().Should().Equal(Continuity.Hole);
        _room.Position.Should().Be(_history.Position);
    }

    [Fact]
    public void The_timeout_restarts_for_another_missing_event()
    {
        var first = _history.Created();
        _room.Hear(_history.Created());
        _history.Created();
        _room.Hear(_history.Created());
        _time.Advance(HeldEvents.Patience / 2);
        _room.Hear(first);
        Read().Should().Equal(Continuity.Next, Continuity.Next);

        _time.Advance(HeldEvents.Patience / 2);
        Read().Should().BeEmpty();
        _time.Advance(HeldEvents.Patience / 2);
        Read().Should().Equal(Continuity.Hole);
    }

    [Fact]
    public void An_event_that_arrives_after_it_was_given_up_only_sends_the_watchers_to_the_store()
    {
        var late = _history.Created();
        _room.Hear(_history.Created());
        _time.Advance(HeldEvents.Patience);
        Read().Should().Equal(Continuity.Hole);

        _room.Hear(late);

        _reader.TakeCatchUp().Should().Be(CatchUpCause.Hole);
        _room.Position.Should().Be(_history.Position);
        _room.Hear(_history.Created());
        Read().Should().Equal(Continuity.Next);
    }

    [Fact]
    public void No_more_events_are_held_than_a_watcher_may_be_behind()
    {
        var missing = _history.Created();
        for (var i = 0; i < BufferSize / 2; i++)
        {
            _room.Hear(_history.Created(2));
        }

        Read().Should().BeEmpty();
        _room.Hear(_history.Created());

        // Given up, and all delivered at once: one more than the watcher's buffer holds.
        _reader.TakeCatchUp().Should().Be(CatchUpCause.Overflow);
        _room.Position.Should().Be(_history.Position);
        _room.Hear(missing);
        _reader.TakeCatchUp().Should().Be(CatchUpCause.Hole);
    }

    [Fact]
    public void Numbers_that_go_back_are_delivered_at_once_and_send_the_watchers_to_the_store()
    {
        var lost = new LiveHistory();
        lost.Created();
        _room.Hear(_history.Created());
        _room.Hear(_history.Created());
        Read();

        var again = new RoomPosition(lost.Position.Epoch, 2, 1_000_000, 0);
        _room.Hear(LiveEvents.Append(default, new LiveEvent(new RoomEvent.Deleted(1, again), 0)));

        _reader.TakeCatchUp().Should().Be(CatchUpCause.Hole);
        _room.Position.Should().Be(again);
    }

    [Fact]
    public void The_first_event_of_another_epoch_sends_the_watchers_to_the_store_and_is_neither_held_nor_delivered()
    {
        _room.Hear(Foreign(8));

        _reader.TakeCatchUp().Should().Be(CatchUpCause.Hole);
        Read().Should().BeEmpty();
        _room.Position.Should().Be(_seen);
        _room.TryGetWhole(out _).Should().BeTrue();
    }

    [Fact]
    public void A_foreign_epoch_costs_one_read_per_interval_however_often_it_is_heard()
    {
        for (var i = 0; i < 1000; i++)
        {
            _room.Hear(Foreign(8, i + 1));
        }

        _reader.TakeCatchUp().Should().Be(CatchUpCause.Hole);
        _room.Hear(Foreign(8, 1001));
        _reader.TakeCatchUp().Should().Be(CatchUpCause.None);

        _time.Advance(ForeignEpochs.Interval);
        _room.Hear(Foreign(8, 1002));
        _reader.TakeCatchUp().Should().Be(CatchUpCause.Hole);
    }

    [Fact]
    public void Ever_new_foreign_epochs_cost_a_handful_of_reads_per_interval()
    {
        var reads = 0;
        for (ulong epoch = 100; epoch < 1100; epoch++)
        {
            _room.Hear(Foreign(epoch));
            reads += _reader.TakeCatchUp() == CatchUpCause.None ? 0 : 1;
        }

        reads.Should().BeInRange(1, 4);
        _room.Hear(_history.Created());
        Read().Should().Equal(Continuity.Next);
    }

    [Fact]
    public void Once_the_store_confirms_another_epoch_its_events_are_delivered()
    {
        _room.Hear(Foreign(8, 1));
        _reader.TakeCatchUp().Should().Be(CatchUpCause.Hole);

        _room.Confirmed(new RoomPosition(8, 1, 10, 0));

        _reader.TakeCatchUp().Should().Be(CatchUpCause.None);
        _seen = new RoomPosition(8, 1, 10, 0);
        _room.Hear(Foreign(8, 2));
        Read().Should().Equal(Continuity.Next);
    }

    [Fact]
    public void Events_between_the_read_of_another_epoch_and_its_confirmation_are_read_too()
    {
        _room.Hear(Foreign(8, 1));
        _reader.TakeCatchUp().Should().Be(CatchUpCause.Hole);
        _room.Hear(Foreign(8, 2));

        _room.Confirmed(new RoomPosition(8, 1, 10, 0));

        _reader.TakeCatchUp().Should().Be(CatchUpCause.Hole);
        _room.Position.Should().Be(new RoomPosition(8, 2, 20, 0));
    }

    [Fact]
    public void A_change_of_an_unknown_kind_moves_the_position_and_holds_nothing()
    {
        _room.Hear(_history.Unknown());
        _room.Hear(_history.Created());

        _room.TryGetWhole(out var heard).Should().BeTrue();
        heard.Should().Be(_history.Position);
        Read().Should().Equal(Continuity.Next, Continuity.Next);
        _reader.TakeCatchUp().Should().Be(CatchUpCause.None);
    }

    [Fact]
    public void A_closed_room_hears_nothing_and_leaves_no_timer()
    {
        var time = new TimersAlive();
        var room = new HeardRoom(BufferSize, time);
        room.Confirmed(_seen);
        _history.Created();
        room.Hear(_history.Created());
        time.Alive.Should().Be(1, "an event is held");

        room.Close();
        room.Hear(_history.Created());

        time.Alive.Should().Be(0);
    }

    [Fact]
    public void A_missing_event_found_by_a_probe_releases_the_events_held_behind_it()
    {
        var heard = _seen;
        _history.Created();
        var missed = _history.Position;
        _room.Hear(_history.Created());

        _room.Missed(heard, missed);
        _seen = missed;

        Read().Should().Equal(Continuity.Next);
        _room.Position.Should().Be(_history.Position);
    }

    private static LiveEvents Foreign(ulong epoch, long id = 1)
    {
        var position = new RoomPosition(epoch, id, id * 10, 0);
        var message = new Message { Id = id, User = "mallory", Text = "hello", Timestamp = DateTimeOffset.UnixEpoch };
        return LiveEvents.Append(default, new LiveEvent(new RoomEvent.Created(message, position), (id - 1) * 10));
    }

    /// <summary>Reads all available events. After a hole it continues as if it had read the missing event from the store.</summary>
    private List<Continuity> Read()
    {
        var delivered = new List<Continuity>();
        while (_reader.TryRead(_seen, out var happened, out var continuity, out _))
        {
            delivered.Add(continuity);
            _seen = happened.Position;
        }

        return delivered;
    }
}
