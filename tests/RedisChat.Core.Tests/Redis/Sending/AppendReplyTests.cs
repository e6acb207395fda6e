using System.Text;
using RedisChat.Redis;

namespace RedisChat.Tests.Redis.Sending;

public sealed class AppendReplyTests
{
    [Fact]
    public void A_reply_names_the_epoch_the_revision_the_first_id_and_the_time()
    {
        var reply = Read("cac38addc4e2e313 7 300 1795601107074725");

        reply.IsStored.Should().BeTrue();
        (reply.Epoch, reply.EpochText, reply.Revision, reply.FirstId, reply.Time)
            .Should().Be((0xcac38addc4e2e313, "cac38addc4e2e313", 7, 300, 1795601107074725));
        reply.EarlierCall.Should().Be(0);
        reply.TryGetRepeated(1, out _, out _).Should().BeFalse();
    }

    [Fact]
    public void The_known_epoch_is_the_same_string()
    {
        var known = new string("cac38addc4e2e313");

        Read("cac38addc4e2e313 0 1 2", known).EpochText.Should().BeSameAs(known);
        Read("f 0 1 2", known).EpochText.Should().Be("f");
    }

    [Fact]
    public void Messages_already_stored_are_found_by_their_number()
    {
        var reply = Read("f 0 10 20 2:5:6 17:8:9");

        reply.TryGetRepeated(2, out var id, out var time).Should().BeTrue();
        (id, time).Should().Be((5, 6));
        reply.TryGetRepeated(17, out id, out time).Should().BeTrue();
        (id, time).Should().Be((8, 9));
        reply.TryGetRepeated(1, out _, out _).Should().BeFalse();
    }

    [Fact]
    public void An_earlier_call_is_named_by_its_number() => Read("f 0 10 20 =3").EarlierCall.Should().Be(3);

    [Fact]
    public void The_last_word_says_whether_a_listed_room_has_become_active()
    {
        Read("f 0 10 20").IsAwake.Should().BeFalse();
        Read("f 0 10 20 l").IsAwake.Should().BeTrue();
        var reply = Read("f 0 10 20 2:5:6 !1:muted:0 l");
        (reply.IsAwake, reply.TryGetRepeated(2, out _, out _), reply.TryGetRefusal(1, out _, out _)).Should().Be((true, true, true));
    }

    [Theory]
    [InlineData("")]
    [InlineData("f")]
    [InlineData("f 0 1")]
    [InlineData("0 0 1 2")]
    [InlineData("0f 0 1 2")]
    [InlineData("F 0 1 2")]
    [InlineData("g 0 1 2")]
    [InlineData("11112222333344445 0 1 2")]
    [InlineData("f -1 1 2")]
    [InlineData("f 0 +1 2")]
    [InlineData("f 0 01 2")]
    [InlineData("f 0 1.5 2")]
    [InlineData("f 0 1 9000000000000001")]
    [InlineData("f 0 1 99999999999999999999")]
    [InlineData("f 0  1 2")]
    [InlineData("f 0 1 2 3")]
    [InlineData("f 0 1 2 3:4")]
    [InlineData("f 0 1 2 3:4:5:6")]
    [InlineData("f 0 1 2 0:4:5")]
    [InlineData("f 0 1 2 :4:5")]
    [InlineData("f 0 1 2 =")]
    [InlineData("f 0 1 2 =0")]
    [InlineData("f 0 1 2 =2147483648")]
    [InlineData("OK")]
    public void Anything_else_is_refused(string words) => ((Action)(() => Read(words))).Should().Throw<ChatDataException>();

    private static AppendReply Read(string words, string knownEpoch = "") => AppendReply.Read(Encoding.UTF8.GetBytes(words), knownEpoch);
}
