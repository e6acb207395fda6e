using RedisChat.IntegrationTests;

namespace RedisChat.Browser.Tests;

/// <summary>A node that ends loses nothing: its pages move to the other one.</summary>
public sealed class NodeFaultTests(Chromium chromium, TestServer server)
{
    private const string Room = "talk";

    [Fact]
    public async Task A_node_that_is_killed_while_both_write_loses_and_doubles_nothing()
    {
        await using var site = await ChatSite.StartAsync(chromium, server.Require());
        var alice = await site.OpenAsync("alice", Room, node: 0);
        var bob = await site.OpenAsync("bob", Room, node: 1);

        string[] fromAlice = [.. Enumerable.Range(1, 30).Select(n => $"alice {n}")];
        string[] fromBob = [.. Enumerable.Range(1, 30).Select(n => $"bob {n}")];
        await Task.WhenAll(
            alice.SendAsync(fromAlice, before: n =>
            {
                if (n == 12)
                {
                    site.Nodes[0].Kill();
                }

                return Task.CompletedTask;
            }),
            bob.SendAsync(fromBob));

        await alice.HasStateAsync("online");
        var stored = await site.SettleAsync(Room, alice, bob);
        stored.Where(message => message.User == "alice").Select(message => message.Text).Should().Equal(fromAlice);
        stored.Where(message => message.User == "bob").Select(message => message.Text).Should().Equal(fromBob);
    }

    [Fact]
    public async Task A_node_that_shuts_down_with_open_streams_ends_soon_and_its_pages_move()
    {
        await using var site = await ChatSite.StartAsync(chromium, server.Require());
        var alice = await site.OpenAsync("alice", Room, node: 0);
        var second = await site.OpenAsync("carol", Room, node: 0);
        var bob = await site.OpenAsync("bob", Room, node: 1);
        await alice.SendAsync("before");
        await bob.ShowsAsync("before");
        var states = await alice.RecordStatesAsync();

        // A host waits 30 seconds for open streams unless something ends them.
        (await site.Nodes[0].StopAsync()).Should().BeLessThan(TimeSpan.FromSeconds(20));

        await bob.SendAsync("after");
        await alice.ShowsAsync("after");
        await second.ShowsAsync("after");
        await alice.SendAsync("answer");
        await bob.ShowsAsync("answer");
        await alice.HasStateAsync("online");
        (await states()).Should().EndWith("online").And.NotContain("signed-out", $"the node announces its end ({alice.Streams})");
        await site.SettleAsync(Room, alice, second, bob);
    }
}
