namespace RedisChat.Tests.Storage;

public sealed class PagePlanTests
{
    [Theory]
    [InlineData(100, 100, 50, 0)]
    [InlineData(0, 0, 50, 0)]
    public void The_newest_page_begins_at_the_last_message(long last, long pivot, int older, int newer) =>
        PagePlan.For(MessageQuery.Newest, last).Should().Be(new PagePlan(pivot, older, newer, last));

    [Theory]
    [InlineData(1, 0)]
    [InlineData(40, 39)]
    [InlineData(101, 100)]
    [InlineData(long.MaxValue, 100)]
    public void A_page_before_a_message_begins_just_below_it_or_at_the_last_message(long before, long pivot) =>
        PagePlan.For(new MessageQuery { Before = before, Limit = 10 }, 100).Should().Be(new PagePlan(pivot, 10, 0, 100));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(40, 40)]
    [InlineData(long.MaxValue, 100)]
    public void A_page_after_a_message_begins_at_it_or_at_the_last_message(long after, long pivot) =>
        PagePlan.For(new MessageQuery { After = after, Limit = 10 }, 100).Should().Be(new PagePlan(pivot, 0, 10, 100));

    [Theory]
    [InlineData(40, 10, 39, 5, 5)]
    [InlineData(40, 7, 39, 3, 4)]
    [InlineData(40, 1, 39, 0, 1)]
    [InlineData(1, 10, 0, 5, 5)]
    [InlineData(500, 10, 100, 5, 5)]
    public void A_page_around_a_message_has_half_of_it_below(long around, int limit, long pivot, int older, int newer) =>
        PagePlan.For(new MessageQuery { Around = around, Limit = limit }, 100).Should().Be(new PagePlan(pivot, older, newer, 100));

    [Fact]
    public void A_page_is_in_ascending_order_without_the_messages_read_beyond_it()
    {
        var page = new PagePlan(5, 2, 2, 10).ToPage(Messages(5, 4, 3), Messages(6, 7, 8), Position, []);

        page.Messages.Select(message => message.Id).Should().Equal(4, 5, 6, 7);
        (page.HasOlder, page.HasNewer, page.Position).Should().Be((true, true, Position));
    }

    [Fact]
    public void With_nothing_read_beyond_it_there_is_nothing_more()
    {
        var page = new PagePlan(5, 2, 2, 10).ToPage(Messages(5, 4), Messages(6), Position, []);

        page.Messages.Select(message => message.Id).Should().Equal(4, 5, 6);
        (page.HasOlder, page.HasNewer).Should().Be((false, false));
    }

    // If a page reads in one direction only, there is more in the other unless it starts at that end of the room.
    [Theory]
    [InlineData(100, 10, 0, 100, false, false)]
    [InlineData(99, 10, 0, 100, false, true)]
    [InlineData(0, 0, 10, 100, false, false)]
    [InlineData(1, 0, 10, 100, true, false)]
    public void The_pivot_says_whether_there_is_more_in_the_unread_direction(
        long pivot, int older, int newer, long last, bool hasOlder, bool hasNewer)
    {
        var page = new PagePlan(pivot, older, newer, last).ToPage([], [], Position, []);

        (page.HasOlder, page.HasNewer).Should().Be((hasOlder, hasNewer));
    }

    [Fact]
    public void Unreadable_messages_are_listed_by_id()
    {
        var page = new PagePlan(5, 2, 0, 5).ToPage([], [], Position, [new UnreadableMessage(5), new UnreadableMessage(3), new UnreadableMessage(4)]);

        page.Unreadable.Select(unreadable => unreadable.Id).Should().Equal(3, 4, 5);
    }

    private static readonly RoomPosition Position = new(1, 10, 3, 2);

    private static Message[] Messages(params long[] ids) =>
        [.. ids.Select(id => new Message { Id = id, User = "alice", Text = "hello", Timestamp = DateTimeOffset.UnixEpoch })];
}
