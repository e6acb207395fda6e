using CsCheck;

namespace RedisChat.Tests.Rooms;

public sealed class ThreadIdPropertyTests
{
    private static readonly Gen<string> RoomId = Gen.OneOf(Gen.Const("lobby"), Gen.Char["ab:{}%1 ~"].Array[1, 40].Select(characters => new string(characters)), Gen.Const(new string('ü', ChatLimits.MaxIdBytes / 2)));

    [Fact]
    public void Every_id_parses_back_and_differs_from_every_other() =>
        Gen.Select(RoomId, Gen.Long[1, ChatLimits.MaxMessageId], RoomId, Gen.Long[1, 20]).Sample((room, message, other, otherMessage) =>
        {
            var id = new ThreadId(room, message);
            ThreadId.TryParse(id.RoomId, out var parsed).Should().BeTrue();
            parsed.Should().Be(id);
            parsed.MessageId.Should().Be(message);
            ThreadId.TryParse(room, out _).Should().BeFalse();
            (new ThreadId(other, otherMessage).RoomId == id.RoomId).Should().Be(room == other && message == otherMessage);
            $"{id}".Should().NotContain("\u001f");
        });

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("lobby")]
    [InlineData("\u001f1")]
    [InlineData("lobby\u001f")]
    [InlineData("lobby\u001f0")]
    [InlineData("lobby\u001f01")]
    [InlineData("lobby\u001f+1")]
    [InlineData("lobby\u001f1 ")]
    [InlineData("lobby\u001f1\u001f2")]
    [InlineData("lob\u0002by\u001f1")]
    [InlineData("lobby\u001f9000000000000001")]
    [InlineData("lobby\u001f99999999999999999999")]
    public void Anything_else_is_not_the_id_of_a_thread(string? id) => ThreadId.TryParse(id, out _).Should().BeFalse();

    [Fact]
    public void A_room_id_that_is_not_valid_has_no_threads()
    {
        ThreadId.TryParse("lob\ud800by\u001f1", out _).Should().BeFalse();
        ThreadId.TryParse(new string('a', ChatLimits.MaxIdBytes) + "\u001f1", out _).Should().BeTrue();
        ThreadId.TryParse(new string('a', ChatLimits.MaxIdBytes + 1) + "\u001f1", out _).Should().BeFalse();
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("lobby", 0)]
    [InlineData("lobby\u001f1", 1)]
    public void Invalid_parts_are_refused(string room, long messageId) => Assert.Throws<ChatInputException>(() => new ThreadId(room, messageId));
}
