namespace RedisChat.Tests.ReadMarkers;

public sealed class UnreadCountTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(99, "99")]
    [InlineData(100, "99+")]
    [InlineData(4711, "99+")]
    public void It_prints_as_users_see_it(int counted, string text)
    {
        var unread = UnreadCount.Of(counted);
        $"{unread}".Should().Be(text);
        unread.Should().Be(new UnreadCount(Math.Min(counted, ChatLimits.MaxUnread), counted > ChatLimits.MaxUnread));
    }
}
