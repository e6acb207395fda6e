using RedisChat.IntegrationTests;

namespace RedisChat.Web.Tests;

/// <summary>A page of another origin cannot write with a user's cookies, and can read the answers only if it is allowed to.</summary>
public sealed class OriginTests(TestServer server) : EndpointTests(server)
{
    private const string Text = """{"text":"x"}""";

    [Theory]
    [InlineData(201, null, null)]
    [InlineData(201, "same-origin", null)]
    [InlineData(201, "same-origin", "https://behind.a.proxy")]
    [InlineData(201, "none", null)]
    [InlineData(201, null, "self")]
    [InlineData(201, "cross-site", "https://app.example.com")]
    [InlineData(201, null, "HTTPS://APP.example.com")]
    [InlineData(403, "cross-site", null)]
    [InlineData(403, "same-site", null)]
    [InlineData(403, "same-site", "self")]
    [InlineData(403, "cross-site", "self")]
    [InlineData(403, "cross-site", "https://evil.example.com")]
    [InlineData(403, null, "https://evil.example.com")]
    [InlineData(403, null, "https://app.example.com.evil.com")]
    [InlineData(403, null, "https://app.example.com:444")]
    [InlineData(403, null, "http://app.example.com")]
    [InlineData(403, null, "null")]
    [InlineData(403, "cross-site", "null")]
    public async Task A_write_is_accepted_from_a_page_of_this_origin_or_an_allowed_one(int status, string? site, string? origin)
    {
        await using var node = await StartInMemoryAsync(
            options => options.AllowedOrigins.Add("https://app.example.com"), isCors: true);
        origin = origin == "self" ? node.Address.GetLeftPart(UriPartial.Authority) : origin;
        var headers = new[] { ("Sec-Fetch-Site", site), ("Origin", origin) }.Where(header => header.Item2 is not null).Select(header => (header.Item1, header.Item2!)).ToArray();

        foreach (var (method, path, body, success) in new[]
        {
            ("POST", "rooms/lobby/messages", Text, 201), ("PATCH", "rooms/lobby/messages/1", Text, 200), ("PUT", "rooms/lobby/messages/1/reactions/heart", null, 200),
            ("DELETE", "rooms/lobby/messages/1", null, 204),
        })
        {
            var reply = await node.As("alice").SendAsync(method, path, body, headers);
            if (status == 403)
            {
                reply.ExpectProblem(403, "cross-origin");
            }
            else
            {
                reply.Expect(success);
            }
        }

        (await node.As("alice").SendAsync("GET", "rooms/lobby/messages", null, headers)).Expect(200);
    }

    [Fact]
    public async Task Allowed_origins_may_read_the_answers_and_others_may_not()
    {
        await using var node = await StartInMemoryAsync(options => options.AllowedOrigins.Add("https://app.example.com"), isCors: true);

        var preflight = await node.As(null).SendAsync(
            "OPTIONS", "rooms/lobby/messages", null, ("Origin", "https://app.example.com"), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "content-type,idempotency-key"));
        preflight.Expect(204);
        preflight.Header("Access-Control-Allow-Origin").Should().Be("https://app.example.com");
        preflight.Header("Access-Control-Allow-Credentials").Should().Be("true");
        preflight.Header("Access-Control-Allow-Methods")!.Split(',').Should().Contain("POST");
        preflight.Header("Access-Control-Allow-Headers")!.Split(',').Should().Contain(["content-type", "idempotency-key"]);

        var reply = await node.As("alice").SendAsync("GET", "me", null, ("Origin", "https://app.example.com"));
        reply.Expect(200).Header("Access-Control-Allow-Origin").Should().Be("https://app.example.com");
        reply.Header("Access-Control-Expose-Headers")!.Should().Contain("retry-after");
        (await node.As("alice").SendAsync("GET", "me", null, ("Origin", "https://evil.example.com"))).Header("Access-Control-Allow-Origin").Should().BeNull();
        (await node.As("alice").SendAsync("GET", "rooms/lobby/messages?limit=0", null, ("Origin", "https://app.example.com")))
            .ExpectProblem(400, "invalid").Header("Access-Control-Allow-Origin").Should().Be("https://app.example.com", "pages read problems, too");
    }
}
