using System.Globalization;
using CsCheck;

namespace RedisChat.Tests.Rooms;

public sealed class RoomPositionPropertyTests
{
    private static readonly Gen<RoomPosition> Position =
        from epoch in Gen.ULong
        from id in Gen.Long[0, long.MaxValue]
        from stamp in Gen.Long[0, long.MaxValue]
        from revision in Gen.Long[0, long.MaxValue]
        select new RoomPosition(epoch, id, stamp, revision);

    [Fact]
    public void A_position_is_read_back_from_its_token() =>
        Position.Sample(position => RoomPosition.Parse(position.ToString()).Should().Be(position), iter: 5_000);

    [Fact]
    public void The_culture_does_not_change_the_token() =>
        Position.Sample(position =>
        {
            var token = position.ToString();
            var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            culture.NumberFormat.NegativeSign = "1";
            culture.NumberFormat.PositiveSign = ".";
            culture.NumberFormat.NumberDecimalSeparator = "2";
            culture.NumberFormat.NativeDigits = ["٠", "١", "٢", "٣", "٤", "٥", "٦", "٧", "٨", "٩"];
            var before = CultureInfo.CurrentCulture;
            CultureInfo.CurrentCulture = culture;
            try
            {
                position.ToString().Should().Be(token);
                RoomPosition.Parse(token, culture).Should().Be(position);
            }
            finally
            {
                CultureInfo.CurrentCulture = before;
            }
        }, iter: 1_000);

    [Fact]
    public void Any_text_is_either_refused_or_read_as_one_position() =>
        Gen.Select(Position, Gen.Int[0, 60], Gen.String[0, 5], Gen.Int[0, 5]).Sample((position, at, put, cut) =>
        {
            var token = position.ToString();
            at = Math.Min(at, token.Length);
            token = token[..at] + put + token[Math.Min(at + cut, token.Length)..];

            if (RoomPosition.TryParse(token, null, out var read))
            {
                read.MessageId.Should().BeGreaterThanOrEqualTo(0);
                read.Stamp.Should().BeGreaterThanOrEqualTo(0);
                read.Revision.Should().BeGreaterThanOrEqualTo(0);
                RoomPosition.Parse(read.ToString()).Should().Be(read);
            }
            else
            {
                read.Should().Be(RoomPosition.Start);
            }
        }, iter: 20_000);
}
