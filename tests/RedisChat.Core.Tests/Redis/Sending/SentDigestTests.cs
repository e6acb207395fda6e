using RedisChat.Redis;

namespace RedisChat.Tests.Redis.Sending;

/// <summary>Which digests show that two messages differ.</summary>
public sealed class SentDigestTests
{
    [Fact]
    public void A_digest_with_a_key_has_all_of_its_digits() =>
        (SentDigest.Of(0xab), SentDigest.Of(0xab, "0123abcd")).Should().Be(("ab", "0123abcd00000000000000ab"));

    [Theory]
    [InlineData(1, 1, null, null, false)]
    [InlineData(1, 2, null, null, true)]
    [InlineData(1, 1, "0123abcd", "0123abcd", false)]
    [InlineData(1, 2, "0123abcd", "0123abcd", true)]
    [InlineData(1, 2, "0123abcd", "0123abce", false)]
    [InlineData(1, 2, "0123abcd", null, false)]
    [InlineData(ulong.MaxValue, 1, null, "0123abcd", false)]
    [InlineData(ulong.MaxValue, ulong.MaxValue - 1, null, null, true)]
    public void They_can_only_be_compared_if_they_have_the_same_key(ulong one, ulong other, string? keyOfOne, string? keyOfOther, bool differ) =>
        SentDigest.Differ(Of(one, keyOfOne), Of(other, keyOfOther)).Should().Be(differ);

    private static string Of(ulong digest, string? key) => key is null ? SentDigest.Of(digest) : SentDigest.Of(digest, key);
}
