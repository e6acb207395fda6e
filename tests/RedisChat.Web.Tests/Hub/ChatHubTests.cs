using Microsoft.AspNetCore.SignalR.Client;
using RedisChat.AspNetCore;
using RedisChat.IntegrationTests;

namespace RedisChat.Web.Tests;

/// <summary>What comes over the one connection of a client, and when it ends.</summary>
public sealed class ChatHubTests(TestServer server) : HubTestBase(server)
{
    [Fact]
    public async Task One_connection_carries_all_rooms_and_needs_no_backplane()
    {
        var alice = await ConnectAsync(Node, "alice");
        var bob = await ConnectAsync(await StartAsync(), "bob");
        foreach (var room in new[] { "a", "b" })
        {
            await alice.Connection.InvokeAsync("Open", new OpenRoomRequest(room), Limit.Token);
            await bob.Connection.InvokeAsync("Open", new OpenRoomRequest(room), Limit.Token);
            await alice.ReadEventAsync<RoomEvent.CaughtUp>(room);
            await bob.ReadEventAsync<RoomEvent.CaughtUp>(room);
        }

        await Node.Chat.SendAsync("a", "carol", "to a");
        await Node.Chat.SendAsync("b", "carol", "to b");

        foreach (var client in new[] { alice, bob })
        {
            // Rooms have no order among each other.
            WatchedRoomEvent[] received = [await client.ReadAsync<WatchedRoomEvent>(), await client.ReadAsync<WatchedRoomEvent>()];
            received.Select(happened => (happened.Room, ((RoomEvent.Created)happened.Event).Message.Text)).Should().BeEquivalentTo([("a", "to a"), ("b", "to b")]);
        }
    }

    [Fact]
    public async Task A_client_continues_at_another_node_from_its_position()
    {
        var first = await ConnectAsync(Node, "alice");
        await first.Connection.InvokeAsync("Open", new OpenRoomRequest("lobby"), Limit.Token);
        await first.ReadEventAsync<RoomEvent.CaughtUp>("lobby");
        await Node.Chat.SendAsync("lobby", "bob", "1");
        var seen = (await first.ReadEventAsync<RoomEvent.Created>("lobby")).Position;
        await first.DisposeAsync();
        await Node.Chat.SendAsync("lobby", "bob", "2");
        await Node.Chat.SendAsync("lobby", "bob", "3");

        var second = await ConnectAsync(await StartAsync(), "alice");
        await second.Connection.InvokeAsync("Open", new OpenRoomRequest("lobby", seen.ToString()), Limit.Token);

        (await second.ReadEventAsync<RoomEvent.Created>("lobby")).Message.Text.Should().Be("2");
        (await second.ReadEventAsync<RoomEvent.Created>("lobby")).Message.Text.Should().Be("3");
    }

    [Fact]
    public async Task A_closed_room_sends_no_more()
    {
        var alice = await ConnectAsync(Node, "alice");
        foreach (var room in new[] { "a", "b" })
        {
            await alice.Connection.InvokeAsync("Open", new OpenRoomRequest(room), Limit.Token);
            await alice.ReadEventAsync<RoomEvent.CaughtUp>(room);
        }

        await alice.Connection.InvokeAsync("Close", "a", Limit.Token);
        await Node.Chat.SendAsync("a", "bob", "not for alice");
        await Node.Chat.SendAsync("b", "bob", "for alice");

        (await alice.ReadAsync<WatchedRoomEvent>()).Room.Should().Be("b");
    }

    [Fact]
    public async Task After_a_short_break_of_the_network_nothing_is_lost_or_doubled()
    {
        await using var proxy = new FaultProxy(Node.Address.Port);
        var alice = await ConnectAsync(Node, "alice", new UriBuilder(Node.Address) { Port = proxy.Port }.Uri, builder => builder.WithStatefulReconnect());
        await alice.Connection.InvokeAsync("Open", new OpenRoomRequest("lobby"), Limit.Token);
        await alice.ReadEventAsync<RoomEvent.CaughtUp>("lobby");
        await Node.Chat.SendAsync("lobby", "bob", "0");
        await alice.ReadEventAsync<RoomEvent.Created>("lobby");

        proxy.Cut();
        for (var i = 1; i <= 20; i++)
        {
            await Node.Chat.SendAsync("lobby", "bob", $"{i}");
        }

        for (var i = 1; i <= 20; i++)
        {
            (await alice.ReadEventAsync<RoomEvent.Created>("lobby")).Message.Text.Should().Be($"{i}");
        }
    }

    [Fact]
    public async Task The_inbox_comes_over_the_same_connection()
    {
        await Node.Chat.Room("lobby").Members.JoinAsync("alice");
        var alice = await ConnectAsync(Node, "alice");
        await alice.Connection.InvokeAsync("OpenInbox", Limit.Token);
        await alice.ReadAsync<InboxChange>(change => change.Room == "lobby");

        await Node.Chat.SendAsync("lobby", "bob", "hello");

        await alice.ReadAsync<InboxChange>(change => change.Now!.Unread.Count == 1);
    }

    [Fact]
    public async Task Drafts_come_over_the_same_connection_until_they_are_closed()
    {
        var alice = await ConnectAsync(Node, "alice");
        await alice.Connection.InvokeAsync("OpenDrafts", Limit.Token);
        await Node.Chat.User("bob").Drafts.SaveAsync("lobby", "of bob");
        await Node.Chat.User("alice").Drafts.SaveAsync("lobby", "hello");
        (await alice.ReadAsync<DraftChange>()).Now!.Text.Should().Be("hello");
        await Node.Chat.User("alice").Drafts.DiscardAsync("lobby");
        (await alice.ReadAsync<DraftChange>()).Should().Be(new DraftChange("lobby", null));

        await alice.Connection.InvokeAsync("CloseDrafts", Limit.Token);
        await Node.Chat.User("alice").Drafts.SaveAsync("lobby", "not delivered");
        await alice.Connection.InvokeAsync("OpenDrafts", Limit.Token);
        (await alice.ReadAsync<DraftChange>()).Now!.Text.Should().Be("not delivered", "each draft comes first as it is");
        await Node.Chat.User("alice").Drafts.SaveAsync("other", "second");
        (await alice.ReadAsync<DraftChange>()).Room.Should().Be("other", "it was delivered once");
    }

    [Fact]
    public async Task A_shutdown_ends_all_connections_at_once()
    {
        var alice = await ConnectAsync(Node, "alice");
        await alice.Connection.InvokeAsync("Open", new OpenRoomRequest("lobby"), Limit.Token);
        var closed = new TaskCompletionSource();
        alice.Connection.Closed += _ =>
        {
            closed.SetResult();
            return Task.CompletedTask;
        };

        // The host's own limit is 30 s.
        await Node.StopAsync().WaitAsync(TimeSpan.FromSeconds(15));

        await closed.Task.WaitAsync(Limit.Token);
    }
}
