using RedisChat.AspNetCore;
using RedisChat.IntegrationTests;

namespace RedisChat.Web.Tests;

/// <summary>The browser client comes from the host that serves the chat.</summary>
public sealed class ClientScriptTests(TestServer server) : EndpointTests(server)
{
    [Theory]
    [InlineData("redischat.js", "connect")]
    [InlineData("conversation.js", "replies")]
    [InlineData("threads.js", "threads")]
    public async Task Anyone_may_load_the_browser_client_and_it_is_checked_for_a_newer_one_each_time(string name, string exported)
    {
        Assert.SkipUnless(ClientScript.IsIncluded, "The browser client was not built.");
        await using var node = await StartInMemoryAsync(options => options.AllowedOrigins.Add("https://app.example.com"), isCors: true);

        var script = (await node.As(null).SendAsync("GET", name, null, ("Origin", "https://app.example.com"))).Expect(200);
        script.ContentType.Should().Be("text/javascript; charset=utf-8");
        script.Text.Should().MatchRegex($@"\bexport\{{.*\bas {exported}\b");
        (script.Header("Cache-Control"), script.Header("X-Content-Type-Options")).Should().Be(("no-cache", "nosniff"));
        script.Header("Access-Control-Allow-Origin").Should().Be("https://app.example.com", "a module of another origin needs it");

        (await node.As(null).SendAsync("GET", name, null, ("If-None-Match", script.Header("ETag")!))).Expect(304).Text.Should().BeEmpty();
        (await node.As(null).SendAsync("GET", name, null, ("If-None-Match", "\"older\""))).Expect(200);
        (await node.As(null).SendAsync("HEAD", name)).Expect(200).Header("ETag").Should().Be(script.Header("ETag"));
    }
}
