namespace RedisChat.Tests.Live;

/// <summary>State that was read ahead of a watcher's position is not delivered again, for each subject on its own.</summary>
public sealed class SeenRoomTests
{
    private static readonly RoomPosition Position = new(7, 10, 100, 1000);

    private readonly SeenRoom _seen = new() { Position = Position };

    [Fact]
    public void A_change_included_in_a_state_read_ahead_is_not_delivered_again()
    {
        _seen.IsNews(Edited(1, at: 1000, state: 1002)).Should().BeTrue();

        _seen.WasReadAhead(Edited(1, at: 1001, state: 1001)).Should().BeTrue();
        _seen.WasReadAhead(Edited(1, at: 1002, state: 1002)).Should().BeTrue();
        _seen.WasReadAhead(Edited(1, at: 1003, state: 1003)).Should().BeFalse("it is later");
        _seen.WasReadAhead(Edited(2, at: 1002, state: 1002)).Should().BeFalse("it is another message");
    }

    [Fact]
    public void The_text_of_a_message_and_its_reactions_are_separate()
    {
        _seen.IsNews(Edited(1, at: 1000, state: 1005)).Should().BeTrue();
        _seen.WasReadAhead(Reacted(1, at: 1003)).Should().BeFalse();

        _seen.IsNews(Reacted(1, at: 1003, state: 1009)).Should().BeTrue();
        _seen.WasReadAhead(Reacted(1, at: 1009)).Should().BeTrue();
        _seen.WasReadAhead(Edited(1, at: 1008, state: 1008)).Should().BeFalse();
    }

    [Fact]
    public void A_message_that_was_edited_before_the_position_is_not_ahead()
    {
        _seen.IsNews(Edited(1, at: 1000, state: 900)).Should().BeTrue();

        _seen.ReadAhead.Should().BeNull();
    }

    [Fact]
    public void A_state_read_ahead_is_not_new_when_read_again_and_is_then_forgotten()
    {
        _seen.IsNews(Edited(1, at: 1000, state: 1002)).Should().BeTrue();
        var before = _seen.ReadAhead;

        _seen.IsNews(Edited(1, at: 1002, state: 1002)).Should().BeFalse();
        _seen.ForgetReadAhead(before);

        _seen.ReadAhead.Should().BeNull();
        _seen.WasReadAhead(Edited(1, at: 1002, state: 1002)).Should().BeFalse();
    }

    [Fact]
    public void A_state_read_ahead_again_meanwhile_is_not_forgotten()
    {
        _seen.IsNews(Edited(1, at: 1000, state: 1002)).Should().BeTrue();
        var before = _seen.ReadAhead;
        _seen.IsNews(Edited(1, at: 1002, state: 1004)).Should().BeTrue();

        _seen.ForgetReadAhead(before);

        _seen.WasReadAhead(Edited(1, at: 1004, state: 1004)).Should().BeTrue();
    }

    [Fact]
    public void After_a_gap_nothing_counts_as_read_ahead()
    {
        _seen.IsNews(Edited(1, at: 1000, state: 1002)).Should().BeTrue();

        _seen.ForgetReadAhead();

        _seen.WasReadAhead(Edited(1, at: 1002, state: 1002)).Should().BeFalse();
    }

    [Fact]
    public void A_deletion_counts_for_the_message_as_an_edit_does()
    {
        _seen.IsNews(Edited(1, at: 1000, state: 1002)).Should().BeTrue();

        _seen.WasReadAhead(new RoomEvent.Deleted(1, Position with { Revision = 1003 })).Should().BeFalse();
        _seen.IsNews(new RoomEvent.Deleted(1, Position with { Revision = 1003 })).Should().BeTrue();
    }

    [Fact]
    public void Previews_that_were_read_ahead_of_an_edit_with_earlier_ones_are_delivered_again_after_it()
    {
        _seen.IsNews(Previews(1, at: 1000, state: 1005)).Should().BeTrue();
        _seen.WasReadAhead(Previews(1, at: 1004)).Should().BeTrue();

        _seen.Received(Edited(1, at: 1004, state: 1004));

        _seen.WasReadAhead(Previews(1, at: 1005)).Should().BeFalse();
        _seen.ReadAhead.Should().BeNull();
    }

    [Fact]
    public void Previews_that_were_read_ahead_are_not_delivered_again_after_an_edit_that_has_them_or_one_of_another_message()
    {
        _seen.IsNews(Previews(1, at: 1000, state: 1005)).Should().BeTrue();

        _seen.Received(Edited(1, at: 1006, state: 1006));
        _seen.Received(Edited(2, at: 1004, state: 1004));

        _seen.WasReadAhead(Previews(1, at: 1005)).Should().BeTrue();
    }

    [Fact]
    public void A_message_that_was_read_ahead_includes_its_previews()
    {
        _seen.IsNews(Edited(1, at: 1000, state: 1005)).Should().BeTrue();

        _seen.WasReadAhead(Previews(1, at: 1004)).Should().BeTrue("the edit may have removed some of them");
        _seen.WasReadAhead(Previews(1, at: 1006)).Should().BeFalse();
        _seen.WasReadAhead(Previews(2, at: 1004)).Should().BeFalse();
    }

    [Fact]
    public void A_message_that_was_read_with_later_previews_includes_them()
    {
        var message = new Message { Id = 11, User = "alice", Text = "hello", Timestamp = DateTimeOffset.UnixEpoch }.With([], 1005);
        _seen.IsNews(new RoomEvent.Created(message, Position)).Should().BeTrue();

        _seen.WasReadAhead(Previews(11, at: 1005)).Should().BeTrue();
        _seen.WasReadAhead(Previews(11, at: 1006)).Should().BeFalse();
    }

    [Fact]
    public void Events_without_a_state_are_always_new()
    {
        _seen.IsNews(new RoomEvent.CaughtUp(Position)).Should().BeTrue();
        _seen.WasReadAhead(new RoomEvent.Unknown(Position)).Should().BeFalse();
    }

    [Fact]
    public void A_part_that_comes_after_the_end_of_its_message_is_not_delivered()
    {
        var message = new Message { Id = 1, User = "bot", Text = "one", Timestamp = DateTimeOffset.UnixEpoch };
        _seen.Received(new RoomEvent.Created(message with { Text = "", Writing = WritingState.InProgress }, Position));
        _seen.Take(new RoomEvent.PartWritten(1, 0, "on", Position)).Should().NotBeNull();

        _seen.Received(new RoomEvent.WritingEnded(message, Position));

        _seen.Take(new RoomEvent.PartWritten(1, 0, "on", Position)).Should().BeNull();
        _seen.Take(new RoomEvent.PartWritten(2, 0, "other", Position)).Should().NotBeNull();
    }

    [Fact]
    public void A_part_that_comes_after_the_deletion_of_its_message_is_not_delivered()
    {
        _seen.Take(new RoomEvent.PartWritten(1, 0, "on", Position)).Should().NotBeNull();

        _seen.Received(new RoomEvent.DeletedMany([1, 5], Position));

        _seen.Take(new RoomEvent.PartWritten(1, 0, "on", Position)).Should().BeNull();
    }

    private static RoomEvent.Edited Edited(long id, long at, long state) => new(
        new Message { Id = id, User = "alice", Text = "hello", Timestamp = DateTimeOffset.UnixEpoch, EditedAt = Micros.ToTime(state), Version = 2 },
        Position with { Revision = at });

    private static RoomEvent.PreviewsChanged Previews(long id, long at, long state = 0) => new(id, [], Position with { Revision = at }) { Revision = state };

    private static RoomEvent.Reacted Reacted(long id, long at, long state = 0) => new(id, [], "alice", Position with { Revision = at }) { Revision = state };
}
