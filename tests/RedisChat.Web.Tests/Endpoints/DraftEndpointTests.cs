using RedisChat.IntegrationTests;

namespace RedisChat.Web.Tests;

public sealed class DraftEndpointTests(TestServer server) : EndpointTests(server)
{
    [Fact]
    public async Task A_draft_is_saved_read_listed_and_discarded_by_its_user_alone()
    {
        await using var node = await StartAsync();
        var (alice, bob) = (node.As("alice"), node.As("bob"));

        var saved = (await alice.SendAsync("PUT", "drafts/a%2Fb", """{"text":"Dear Bob","metadata":{"replyTo":"17"}}""")).Expect(200);
        (saved["room"], saved["text"], saved["metadata.replyTo"]).Should().Be(("a/b", "Dear Bob", "17"));
        (await alice.SendAsync("GET", "drafts/a%2Fb")).Expect(200).Text.Should().Be(saved.Text);
        (await alice.SendAsync("GET", "drafts")).Expect(200)["0.text"].Should().Be("Dear Bob");

        (await bob.SendAsync("GET", "drafts")).Expect(200).Text.Should().Be("[]");
        (await bob.SendAsync("GET", "drafts/a%2Fb")).ExpectProblem(404, "not-found");
        (await bob.SendAsync("DELETE", "drafts/a%2Fb")).ExpectProblem(404, "not-found");

        (await alice.SendAsync("DELETE", "drafts/a%2Fb")).Expect(204);
        (await alice.SendAsync("DELETE", "drafts/a%2Fb")).ExpectProblem(404, "not-found");
        (await alice.SendAsync("PUT", "drafts/a%2Fb", """{"text":""}""")).ExpectProblem(400, "invalid");
        (await alice.SendAsync("PUT", "drafts/a%2Fb", "{}")).ExpectProblem(400, "invalid");
    }
}
