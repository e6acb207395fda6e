using System.Text;
using RedisChat.Redis;

namespace RedisChat.Tests.Redis.Format;

public sealed class StrictNumberTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("7", 7)]
    [InlineData("1795601107074725", 1795601107074725)]
    [InlineData("9000000000000000", 9000000000000000)]
    public void A_number_as_the_scripts_write_it_is_read(string text, long expected)
    {
        StrictNumber.TryRead(Encoding.UTF8.GetBytes(text), out var number).Should().BeTrue();
        number.Should().Be(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-0")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("00")]
    [InlineData("01")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1e3")]
    [InlineData("0x10")]
    [InlineData("1.0")]
    [InlineData("nan")]
    [InlineData("9000000000000001")]
    [InlineData("99999999999999999999")]
    public void Anything_else_is_not_a_number(string text) => StrictNumber.TryRead(Encoding.UTF8.GetBytes(text), out _).Should().BeFalse();

    [Theory]
    [InlineData("17,23", true, 17, 2)]
    [InlineData("0 1", true, 0, 1)]
    [InlineData("01", false, 0, 0)]
    [InlineData(",17", false, 0, 0)]
    public void The_number_at_the_beginning_of_a_text_is_read(string text, bool isNumber, long expected, int length)
    {
        StrictNumber.TryReadFirst(Encoding.UTF8.GetBytes(text), out var number, out var digits).Should().Be(isNumber);
        (number, digits).Should().Be((expected, length));
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("cac38addc4e2e313", true)]
    [InlineData("ffffffffffffffff", true)]
    [InlineData("", false)]
    [InlineData("0", false)]
    [InlineData("0f", false)]
    [InlineData("F", false)]
    [InlineData("f ", false)]
    [InlineData("11112222333344445", false)]
    public void An_epoch_is_lower_case_hex_without_leading_zeros(string text, bool isEpoch) =>
        StrictNumber.TryReadEpoch(Encoding.UTF8.GetBytes(text), out _).Should().Be(isEpoch);
}
