using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.Tests.Redis;

public sealed class RoomCountersTests
{
    private static readonly KeyNames Names = new(new HashTagKeyScheme(), database: 0);

    [Fact]
    public async Task The_fields_are_the_rooms_position() =>
        (await ReadAsync(("epoch", "ae9d428388d6bdcd"), ("last", "4"), ("at", "1795601107243689"), ("rev", "1795601107242012"), ("count", "3")))
            .Should().Be(new RoomPosition(0xae9d428388d6bdcd, 4, 1795601107243689, 1795601107242012));

    [Fact]
    public async Task A_room_without_changes_has_no_revision() =>
        (await ReadAsync(("epoch", "1"), ("last", "9000000000000000"), ("at", "7"))).Should().Be(new RoomPosition(1, 9_000_000_000_000_000, 7, 0));

    [Fact]
    public async Task Without_a_time_the_stamp_is_0() =>
        (await ReadAsync(("epoch", "1"), ("last", "5"), ("rev", "8"))).Should().Be(new RoomPosition(1, 5, 0, 8));

    [Fact]
    public async Task The_features_that_a_room_uses_are_read_with_its_position()
    {
        (await ReadAllAsync(("epoch", "1"), ("last", "5"), ("uses", "r"))).Uses.Should().Be("r");
        (await ReadAllAsync(("epoch", "1"), ("last", "5"))).Uses.Should().BeEmpty();
        (await ReadAllAsync()).Uses.Should().BeEmpty();
    }

    [Fact]
    public async Task A_hash_with_neither_epoch_nor_last_id_is_not_a_room()
    {
        (await ReadAsync()).Should().Be(RoomPosition.Start);
        (await ReadAsync(("sealed", "3"))).Should().Be(RoomPosition.Start);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("00ff")]
    [InlineData("0a")]
    [InlineData("FF")]
    [InlineData("12345678123456789")]
    [InlineData("xyz")]
    [InlineData("-1")]
    [InlineData("12 ")]
    [InlineData("+1")]
    public async Task An_epoch_that_the_chat_does_not_write_is_an_error(string epoch) => await FailsAsync("epoch", ("epoch", epoch), ("last", "1"));

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("-0")]
    [InlineData("1.0")]
    [InlineData("1e3")]
    [InlineData(" 1")]
    [InlineData("1x")]
    [InlineData("9000000000000001")]
    [InlineData("99999999999999999999")]
    public async Task A_number_that_the_chat_does_not_write_is_an_error(string number)
    {
        await FailsAsync("last", ("epoch", "1"), ("last", number));
        await FailsAsync("at", ("epoch", "1"), ("last", "1"), ("at", number));
        await FailsAsync("rev", ("epoch", "1"), ("last", "1"), ("at", "1"), ("rev", number));
    }

    [Fact]
    public async Task A_room_has_both_an_epoch_and_a_last_id()
    {
        await FailsAsync("epoch", ("last", "1"));
        await FailsAsync("last", ("epoch", "1"));
    }

    private static async Task FailsAsync(string field, params (string Name, RedisValue Value)[] fields)
    {
        var error = await Assert.ThrowsAsync<ChatDataException>(() => ReadAsync(fields));
        (error.Key, error.Field).Should().Be(("chatroom:{lobby}", field));
        error.Message.Should().Contain(field).And.Contain("chatroom:{lobby}");
    }

    private static async Task<RoomPosition> ReadAsync(params (string Name, RedisValue Value)[] fields) => (await ReadAllAsync(fields)).Position;

    private static Task<(RoomPosition Position, string Uses)> ReadAllAsync(params (string Name, RedisValue Value)[] fields) =>
        RoomCounters.ReadAsync(new FakeReads { Fields = fields.ToDictionary(field => field.Name, field => field.Value) }, Names, "lobby");
}
