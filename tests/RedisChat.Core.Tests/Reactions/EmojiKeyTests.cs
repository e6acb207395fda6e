namespace RedisChat.Tests.Reactions;

public sealed class EmojiKeyTests
{
    [Theory]
    [InlineData("👍", "👍")]
    [InlineData("❤\uFE0F", "❤")]
    [InlineData("❤\uFE0E", "❤")]
    [InlineData("1\uFE0F\u20E3", "1\u20E3")]
    [InlineData("👩🏻\u200D❤\uFE0F\u200D💋\u200D👩🏿", "👩🏻\u200D❤\u200D💋\u200D👩🏿")]
    [InlineData("👍🏽", "👍🏽")]
    [InlineData("🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🏴󠁧󠁢󠁳󠁣󠁴󠁿")]
    [InlineData(":shipit:", ":shipit:")]
    [InlineData("+1", "+1")]
    public void One_emoji_has_one_key(string emoji, string key) => EmojiKey.Of(emoji).Should().Be(key);

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("\uFE0F")]
    [InlineData("two words")]
    [InlineData("line\nbreak")]
    [InlineData("tab\t")]
    [InlineData("no\u00A0break")]
    [InlineData("seventy-bytes-are-more-than-any-emoji-needs-and-more-than-are-allowed!")]
    public void Anything_but_one_emoji_or_short_name_is_bad_input(string? emoji) =>
        FluentActions.Invoking(() => EmojiKey.Of(emoji!)).Should().Throw<ChatInputException>().Which.ParamName.Should().Be("emoji");

    // Not InlineData, because an attribute would not keep half a surrogate pair.
    [Fact]
    public void Half_a_surrogate_pair_is_bad_input() =>
        FluentActions.Invoking(() => EmojiKey.Of("\uD83D")).Should().Throw<ChatInputException>();
}
