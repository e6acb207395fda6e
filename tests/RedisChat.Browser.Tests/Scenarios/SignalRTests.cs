using RedisChat.IntegrationTests;

namespace RedisChat.Browser.Tests;

/// <summary>The hub and the client that SignalR's own team made for JavaScript.</summary>
public sealed class SignalRTests(TestServer server)
{
    private const string Room = "talk";

    [Fact]
    public async Task The_JavaScript_client_sends_receives_and_continues_on_another_node_when_its_own_is_killed()
    {
        await using var site = await ChatSite.StartAsync(browser: null, server.Require());
        await using var client = await SignalRClient.StartAsync(Room, site.Nodes);
        await site.Chat.SendAsync(Room, "bob", "one");
        await client.ReceivesAsync("one");
        await client.SendAsync("two");
        await client.ReceivesAsync("two");

        site.Nodes[0].Kill();
        await client.UntilAsync("closed");
        await site.Chat.SendAsync(Room, "bob", "three");
        await client.MoveAsync();
        await client.ReceivesAsync("three");
        await client.SendAsync("four");
        await client.ReceivesAsync("four");
        await site.Chat.SendAsync(Room, "bob", "five");
        await client.ReceivesAsync("five");

        client.Events.Should().Equal("one", "two", "three", "four", "five");
        (await site.StoredAsync(Room)).Should().Equal(
            new ShownMessage(1, "bob", "one"), new ShownMessage(2, "alice", "two"), new ShownMessage(3, "bob", "three"), new ShownMessage(4, "alice", "four"), new ShownMessage(5, "bob", "five"));
    }
}
