using RedisChat.Terminal;

namespace RedisChat.IntegrationTests.Sample;

public sealed class TerminalTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData("hello, wörld: 你好")]
    [InlineData("[red]markup[/] :smile: {0} %s \\n")]
    [InlineData("👩‍👩‍👧 ❤️ 🇩🇪")]
    [InlineData("שלום عليكم")]
    public void Plain_text_stays_as_it_is(string text) => TerminalText.Clean(text).Should().Be(text);

    [Theory]
    [InlineData("\u001b[2J", "\uFFFD[2J")]
    [InlineData("\u009b2J", "\uFFFD2J")]
    [InlineData("\u001b]0;title\u0007", "\uFFFD]0;title\uFFFD")]
    [InlineData("one\r\ntwo\tthree", "one\uFFFD\uFFFDtwo\uFFFDthree")]
    [InlineData("a\0b\bc\u007f", "a\uFFFDb\uFFFDc\uFFFD")]
    [InlineData("one\u2028two\u2029three\u0085", "one\uFFFDtwo\uFFFDthree\uFFFD")]
    [InlineData("\u202Etxt.exe\u202C \u2066x\u2069 \u200F\u200E\u061C", "\uFFFDtxt.exe\uFFFD \uFFFDx\uFFFD \uFFFD\uFFFD\uFFFD")]
    public void Text_that_could_pass_for_something_else_is_replaced(string text, string clean) => TerminalText.Clean(text).Should().Be(clean);

    // Not as theory data, which would not keep half of a pair.
    [Fact]
    public void Half_of_a_surrogate_pair_is_replaced() => TerminalText.Clean("a\ud83db").Should().Be("a\uFFFDb");
}
