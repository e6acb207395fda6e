using RedisChat.Redis;

namespace RedisChat.Tests.Rooms;

/// <summary>Names that other programs compute, too: ids of direct rooms, and parts of the directory.</summary>
public sealed class DirectRoomTests
{
    [Fact]
    public void The_id_is_that_of_the_documentation()
    {
        // printf '\0\0\0\5alice\0\0\0\3bob' | sha256sum | head -c 40
        DirectRoom.IdOf("bob", "alice").Should().Be(DirectRoom.IdOf("alice", "bob")).And.Be("direct~884a452152d3bf048cc051df8f708aff3f854a3d");
        DirectRoom.IdOf("alice", "alice").Should().NotBe(DirectRoom.IdOf("alice", "bob"));
    }

    [Fact]
    public void Users_are_ordered_by_bytes() => DirectRoom.IdOf("\uFF5A", "😀").Should().Be(DirectRoom.IdOf("😀", "\uFF5A"));

    [Theory]
    [InlineData("", 5)]
    [InlineData("a", 12)]
    [InlineData("foobar", 8)]
    [InlineData("club", 13)]
    public void The_part_of_the_directory_is_the_FNV_1a_hash(string room, int part) => KeyNames.ShardOf(room).Should().Be(part);
}
