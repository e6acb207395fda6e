using System.Text;
using RedisChat.Redis;

namespace RedisChat.Tests.Redis.Reactions;

public sealed class ReactionTallyTests
{
    [Fact]
    public void Counts_are_read_in_their_order()
    {
        ReactionTally.TryRead("1795601107230025 👍 3 :x: 1"u8, out var revision, out var reactions).Should().BeTrue();
        revision.Should().Be(1795601107230025);
        reactions.Should().Equal(new Reaction("👍", 3), new Reaction(":x:", 1));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x 👍 1")]
    [InlineData("1 👍")]
    [InlineData("1 👍 ")]
    [InlineData("1 👍 0")]
    [InlineData("1 👍 -1")]
    [InlineData("1 👍 1e3")]
    [InlineData("1  1")]
    [InlineData("1 👍 99999999999999999999")]
    public void Anything_else_is_not_a_tally(string field) =>
        ReactionTally.TryRead(Encoding.UTF8.GetBytes(field), out _, out _).Should().BeFalse();

    [Fact]
    public void A_written_tally_is_read_back()
    {
        Reaction[] reactions = [new("👍", 2), new("5", 7)];
        ReactionTally.TryReadPairs(Encoding.UTF8.GetBytes(ReactionTally.Write(reactions)), out var read).Should().BeTrue();
        read.Should().Equal(reactions);
    }
}
