namespace RedisChat.Tests.Redis.Keys;

public sealed class ClusterSlotTests
{
    // The specification's test vector, and a tag among other text.
    [Theory]
    [InlineData("123456789", 0x31C3)]
    [InlineData("{123456789}", 0x31C3)]
    [InlineData("chatroom:{123456789}:m:0", 0x31C3)]
    public void The_slot_follows_the_specification(string key, int crc) => ClusterSlot.Of(key).Should().Be(crc % 16384);
}
