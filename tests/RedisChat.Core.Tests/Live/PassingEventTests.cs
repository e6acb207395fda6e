namespace RedisChat.Tests.Live;

/// <summary>Passing events come with the others, but nothing depends on them: they are dropped where they would cost a read.</summary>
public sealed class PassingEventTests
{
    private const int Buffer = 16;

    private readonly LiveHistory _history = new();
    private readonly RoomFeed _feed = new(Buffer);

    [Fact]
    public void A_passing_event_has_no_place_in_the_history()
    {
        var reader = _feed.Join(new Nobody());
        _feed.Publish(_history.Created().First);
        _feed.Publish(Typing("alice"));
        _feed.Publish(_history.Edited().First);

        Read(reader).Should().Equal(Continuity.Next, Continuity.Passing, Continuity.Next);
    }

    [Fact]
    public void A_watcher_that_is_behind_by_passing_events_alone_loses_them_and_reads_nothing()
    {
        var reader = _feed.Join(new Nobody());
        _feed.Publish(_history.Created().First);
        _ = Read(reader);
        for (var i = 0; i <= 100 * Buffer; i++)
        {
            _feed.Publish(Typing($"user {i}"));
        }

        reader.TakeCatchUp().Should().Be(CatchUpCause.None);
        Read(reader).Should().HaveCountLessThanOrEqualTo(Buffer);
        _feed.Publish(_history.Created().First);
        Read(reader).Should().Equal(Continuity.Next);
    }

    [Fact]
    public void A_watcher_that_has_a_message_to_read_does_not_lose_it_to_passing_events()
    {
        var reader = _feed.Join(new Nobody());
        _feed.Publish(_history.Created().First);
        for (var i = 0; i < Buffer - 1; i++)
        {
            _feed.Publish(Typing("alice"));
        }

        reader.TakeCatchUp().Should().Be(CatchUpCause.None);
        for (var i = 0; i < 10 * Buffer; i++)
        {
            _feed.Publish(Typing("alice"));
        }

        // It does not hold them forever either: once it comes back, it reads the store, once.
        reader.TakeCatchUp().Should().Be(CatchUpCause.Overflow);
        reader.TakeCatchUp().Should().Be(CatchUpCause.None);
    }

    [Fact]
    public void A_watcher_that_is_cut_off_still_learns_of_the_deletion_of_the_room()
    {
        var reader = _feed.Join(new Nobody());
        _feed.Publish(_history.Created().First);
        var deleted = new RoomEvent.RoomDeleted(_history.Position);
        _feed.Publish(new LiveEvent(deleted, 0));
        for (var i = 0; i <= 2 * Buffer; i++)
        {
            _feed.Publish(_history.Created().First);
        }

        reader.TakeCatchUp(out var found).Should().Be(CatchUpCause.Overflow);
        found.Should().BeSameAs(deleted);

        // A reader that was not cut off learns of it from the list, and only once.
        reader.CatchUp(CatchUpCause.Hole);
        reader.TakeCatchUp(out found).Should().Be(CatchUpCause.Hole);
        found.Should().BeNull();
    }

    [Fact]
    public void An_event_is_delivered_at_the_position_of_its_watcher()
    {
        var position = new RoomPosition(1, 2, 3, 4);
        foreach (var happened in (RoomEvent[])
            [
                new RoomEvent.Entered("alice", 1, RoomPosition.Start), new RoomEvent.Left("alice", 1, RoomPosition.Start), new RoomEvent.PresenceChanged(1, RoomPosition.Start),
                new RoomEvent.Typing("alice", TimeSpan.FromSeconds(1), DateTimeOffset.UnixEpoch, RoomPosition.Start),
            ])
        {
            happened.IsPassing.Should().BeTrue();
            happened.At(position).Position.Should().Be(position);
            happened.At(position).At(RoomPosition.Start).Should().Be(happened);
            happened.At(RoomPosition.Start).Should().BeSameAs(happened);
        }
    }

    private LiveEvent Typing(string user) =>
        new(new RoomEvent.Typing(user, TimeSpan.FromSeconds(1), DateTimeOffset.UnixEpoch, _history.Position), 0);

    private List<Continuity> Read(RoomFeedReader reader)
    {
        var read = new List<Continuity>();
        var seen = new RoomPosition(7, 0, 0, 0);
        while (reader.TryRead(_seen ?? seen, out var happened, out var continuity, out _))
        {
            _seen = continuity == Continuity.Next ? happened.Position : _seen;
            read.Add(continuity);
        }

        return read;
    }

    private RoomPosition? _seen;
}
