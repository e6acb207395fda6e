namespace RedisChat.Tests.Previews;

public sealed class LinkFinderTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("no link: example.org, http, https:, http://, http:/x", "")]
    [InlineData("https://example.org", "https://example.org")]
    [InlineData("See https://example.org.", "https://example.org")]
    [InlineData("(https://example.org/a_(b)), and so on", "https://example.org/a_(b)")]
    [InlineData("[https://example.org/[x]] {http://a.example}", "https://example.org/[x] http://a.example")]
    [InlineData("\"https://example.org/a?b=c&d=%20#e\"!", "https://example.org/a?b=c&d=%20#e")]
    [InlineData("<https://example.org>https://a.example", "https://example.org https://a.example")]
    [InlineData("HTTPS://Example.org/Ü line\nhttp://b.example\tx", "HTTPS://Example.org/Ü http://b.example")]
    [InlineData("https://a.example https://a.example https://a.example/", "https://a.example https://a.example/")]
    [InlineData("xhttps://a.example 7http://b.example", "")]
    [InlineData("https://user:password@a.example https://user@b.example", "")]
    [InlineData("ftp://a.example javascript:alert(1) file:///etc/passwd", "")]
    [InlineData("https:///nohost https://.", "")]
    [InlineData("https://a.example...?!'", "https://a.example")]
    [InlineData("**https://a.example** _https://b.example_", "https://a.example https://b.example")]
    [InlineData("https://häuser.example/straße", "https://häuser.example/straße")]
    [InlineData("http://127.0.0.1:8080/x http://[::1]/y", "http://127.0.0.1:8080/x http://[::1]/y")]
    public void The_links_of_a_text_are_found_as_they_are_written(string text, string links) =>
        LinkFinder.Find(text, 100).Should().Equal(links.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    [Fact]
    public void No_more_are_found_than_are_enough()
    {
        var text = string.Join(' ', Enumerable.Range(0, 20).Select(n => $"https://{n}.example"));

        LinkFinder.Find(text).Should().HaveCount(ChatLimits.MaxLinkPreviews);
        LinkFinder.Find(text, 2).Should().Equal("https://0.example", "https://1.example");
    }

    [Fact]
    public void A_link_that_is_too_long_is_left_out()
    {
        var longest = "https://a.example/".PadRight(ChatLimits.MaxLinkBytes, 'x');

        LinkFinder.Find($"{longest} {longest}x https://b.example").Should().Equal(longest, "https://b.example");
    }

    [Fact]
    public void A_text_of_many_brackets_takes_no_quadratic_time()
    {
        var text = "https://a.example/" + new string(')', 1_000_000);

        LinkFinder.Find(text).Should().Equal("https://a.example/");
    }
}
