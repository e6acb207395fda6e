using RedisChat.IntegrationTests;

namespace RedisChat.Browser.Tests;

/// <summary>Users on different nodes see one conversation.</summary>
public sealed class TwoNodesTests(Chromium chromium, TestServer server)
{
    [Fact]
    public async Task Two_users_on_two_nodes_who_write_at_once_see_one_conversation()
    {
        await using var site = await ChatSite.StartAsync(chromium, server.Require());
        var alice = await site.OpenAsync("alice", "talk", node: 0);
        var bob = await site.OpenAsync("bob", "talk", node: 1);

        string[] fromAlice = [.. Enumerable.Range(1, 30).Select(n => $"alice {n}")];
        string[] fromBob = [.. Enumerable.Range(1, 30).Select(n => $"bob {n}")];
        await Task.WhenAll(alice.SendAsync(fromAlice), bob.SendAsync(fromBob));

        var stored = await site.SettleAsync("talk", alice, bob);
        stored.Where(message => message.User == "alice").Select(message => message.Text).Should().Equal(fromAlice);
        stored.Where(message => message.User == "bob").Select(message => message.Text).Should().Equal(fromBob);
    }
}
