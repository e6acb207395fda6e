using RedisChat.Redis;

namespace RedisChat.Tests.Redis.Reading;

/// <summary>Runs of deleted messages in the change log and in events.</summary>
public sealed class DeletedRunTests
{
    [Theory]
    [InlineData("1", 1L)]
    [InlineData("1-2", 1L, 2L)]
    [InlineData("5-7,9,12-13", 5L, 6L, 7L, 9L, 12L, 13L)]
    [InlineData("8999999999999999-9000000000000000", 8_999_999_999_999_999L, 9_000_000_000_000_000L)]
    public void Ids_are_written_as_ranges_and_read_back(string text, params long[] ids)
    {
        DeletedRun.WriteIds(ids).Should().Be(text);
        DeletedRun.TryReadIds(text, out var read).Should().BeTrue();
        read.Should().Equal(ids);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("x")]
    [InlineData("1,")]
    [InlineData("2,1")]
    [InlineData("1,1")]
    [InlineData("3-2")]
    [InlineData("3-3")]
    [InlineData("1-2-3")]
    [InlineData("-5")]
    [InlineData("1-9000000000000000")]
    [InlineData("1-2001")]
    public void Anything_else_is_no_list_of_ids(string text) => DeletedRun.TryReadIds(text, out _).Should().BeFalse();

    [Fact]
    public void An_entry_has_the_time_of_each_message_and_the_details()
    {
        ChangeLogEntry.TryRead($$"""99:b:5-7,9:{{DeletedRun.WriteTimes([1000, 1000, 1012, 1009])}}:{"u":"mod","r":"a:b"}""", out var entry).Should().BeTrue();

        entry.More.ToString().Should().StartWith("1000,0,12,-3:");
        new[] { 5L, 6, 7, 9 }.Select(id => DeletedRun.TryGetDeleted(entry, id, out var time) ? time : -1).Should().Equal(1000, 1000, 1012, 1009);
        DeletedRun.TryGetDeleted(entry, 8, out _).Should().BeFalse();
        DeletedRun.Event([5], RoomPosition.Start, DeletedRun.DetailsOf(entry)).Should().Match<RoomEvent.DeletedMany>(happened => happened.User == "mod" && happened.Reason == "a:b");
        ChangeLogEntry.TryRead("99:b:5:1000", out entry).Should().BeTrue();
        DeletedRun.DetailsOf(entry).Should().BeEmpty();
    }
}
