namespace RedisChat.Tests.Rooms;

public sealed class RoomPositionTests
{
    public static TheoryData<RoomPosition> Positions =>
    [
        RoomPosition.Start,
        new RoomPosition(1, 2, 3, 4),
        new RoomPosition(ulong.MaxValue, long.MaxValue, long.MaxValue, long.MaxValue),
    ];

    [Theory]
    [MemberData(nameof(Positions))]
    public void A_position_is_read_back_from_its_token(RoomPosition position)
    {
        var token = position.ToString();

        token.Length.Should().BeLessThanOrEqualTo(80);
        token.Should().MatchRegex("^[0-9a-f.]+$");
        RoomPosition.Parse(token).Should().Be(position);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1.2.3")]
    [InlineData("1.2.3.4.5")]
    [InlineData("x.2.3.4")]
    [InlineData("1.-2.3.4")]
    [InlineData("1.2.3.+4")]
    [InlineData(" 1.2.3.4")]
    [InlineData("1.2.3.99999999999999999999")]
    [InlineData("11111111111111111111.2.3.4")]
    [InlineData("1.2.3.٤")]
    public void An_invalid_token_is_refused(string token)
    {
        RoomPosition.TryParse(token, null, out var position).Should().BeFalse();
        position.Should().Be(RoomPosition.Start);
        FluentActions.Invoking(() => RoomPosition.Parse(token)).Should().Throw<FormatException>();
    }

    [Fact]
    public void A_token_of_any_length_is_refused_quickly() =>
        RoomPosition.TryParse(new string('1', 1_000_000), null, out _).Should().BeFalse();

    [Fact]
    public void Null_is_not_a_token()
    {
        RoomPosition.TryParse(null, null, out _).Should().BeFalse();
        FluentActions.Invoking(() => RoomPosition.Parse(null!)).Should().Throw<ArgumentNullException>();
    }
}
