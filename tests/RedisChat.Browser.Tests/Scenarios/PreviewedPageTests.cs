using System.Net;
using RedisChat.WebChat.Previews;

namespace RedisChat.Browser.Tests;

/// <summary>Which pages the sample opens for link previews, and what it takes from them.</summary>
public sealed class PreviewedPageTests
{
    [Theory]
    [InlineData("1.1.1.1", true)]
    [InlineData("172.15.255.255", true)]
    [InlineData("172.32.0.0", true)]
    [InlineData("100.128.0.0", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("::ffff:1.1.1.1", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.0.0.1", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.255.255.254", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("198.19.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("240.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:169.254.169.254", false)]
    [InlineData("::7f00:1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2001:0:7f00:1::", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fd00:ec2::254", false)]
    [InlineData("fe80::1", false)]
    [InlineData("ff02::1", false)]
    public void Only_addresses_of_the_internet_are_public(string address, bool isPublic) => PublicAddress.Is(IPAddress.Parse(address)).Should().Be(isPublic);

    [Theory]
    [InlineData("http://example.org/a?b#c", true)]
    [InlineData("https://EXAMPLE.org", true)]
    [InlineData("http://example.org:80", true)]
    [InlineData("http://other.test:8080/x", true)]
    [InlineData("http://[::1]:8080/x", true)]
    [InlineData("http://example.org:8080", false)]
    [InlineData("https://example.org:80", false)]
    [InlineData("http://other.test", false)]
    [InlineData("http://example.org.evil.test", false)]
    [InlineData("http://evil.test/example.org", false)]
    [InlineData("http://example.org@evil.test", false)]
    [InlineData("http://evil.test@example.org", false)]
    [InlineData("ftp://example.org", false)]
    [InlineData("file:///example.org", false)]
    [InlineData("http://2130706433/", false)]
    public void Only_listed_hosts_are_opened(string page, bool isOpened) =>
        new AllowedSites(["example.org", "other.test:8080", "[::1]:8080"], []).Allow(new Uri(page)).Should().Be(isOpened);

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("::1")]
    public async Task A_listed_host_at_a_private_address_is_not_connected_to(string host)
    {
        // Nothing listens at this port, and nothing is tried: that would be a SocketException.
        var connecting = async () => await new AllowedSites([host], [IPNetwork.Parse("10.0.0.0/8")]).ConnectAsync(new DnsEndPoint(host, 9), TestContext.Current.CancellationToken);
        await connecting.Should().ThrowExactlyAsync<HttpRequestException>();
    }

    [Fact]
    public void A_page_is_read_as_plain_text_and_cut()
    {
        var link = new Uri("http://example.org/page");
        var preview = PageHead.Read(
            """
            <html><head><META content="It&#39;s
              here" data-x='>' Property=og:title /><meta name="description" content="&#x202;&#xD83D;one"><meta name="description" content="two"></head>
            """, link)!;
        preview.Should().BeEquivalentTo(new { Address = "http://example.org/page", Title = "It's here", SiteName = "example.org", Image = (string?)null });
        preview.Description.Should().EndWith("one");
        PageHead.Read($"<title lang=en>{new string('ü', 1000)}</title>", link)!.Title.Should().Be(new string('ü', 100));
        PageHead.Read("<title>   </title><meta property='og:title' content=''>", link).Should().BeNull();
        PageHead.Read("", link).Should().BeNull();
    }

    [Fact]
    public void A_hostile_page_is_read_in_linear_time()
    {
        // Quadratic time would take minutes for each.
        foreach (var part in new[] { "<meta ", "<meta '", "<meta a='", "<title", "<title>", "<meta a=b ", "&#0;" })
        {
            var page = string.Concat(Enumerable.Repeat(part, 128 * 1024 / part.Length));
            var start = TimeProvider.System.GetTimestamp();
            _ = PageHead.Read(page, new Uri("http://example.org"));
            TimeProvider.System.GetElapsedTime(start).Should().BeLessThan(TimeSpan.FromSeconds(10), part);
        }
    }
}
