using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using RedisChat.AspNetCore;
using RedisChat.IntegrationTests;

namespace RedisChat.Web.Tests;

public sealed class ChatHubTests(TestServer server) : IAsyncLifetime
{
    private readonly string _prefix = $"test-{Guid.NewGuid():N}";
    private readonly Stack<IAsyncDisposable> _owned = new();
    private WebNode _node = null!;

    public async ValueTask InitializeAsync() => _node = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        while (_owned.TryPop(out var owned))
        {
            await owned.DisposeAsync();
        }
    }

    [Fact]
    public async Task One_connection_carries_all_rooms_and_needs_no_backplane()
    {
        var alice = await ConnectAsync(_node, "alice");
        var bob = await ConnectAsync(await StartAsync(), "bob");
        foreach (var room in new[] { "a", "b" })
        {
            await alice.Connection.InvokeAsync("Open", room, null, false, Limit.Token);
            await bob.Connection.InvokeAsync("Open", room, null, false, Limit.Token);
            await alice.ReadEventAsync<RoomEvent.CaughtUp>(room);
            await bob.ReadEventAsync<RoomEvent.CaughtUp>(room);
        }

        await _node.Chat.SendAsync("a", "carol", "to a");
        await _node.Chat.SendAsync("b", "carol", "to b");

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
        var first = await ConnectAsync(_node, "alice");
        await first.Connection.InvokeAsync("Open", "lobby", null, false, Limit.Token);
        await first.ReadEventAsync<RoomEvent.CaughtUp>("lobby");
        await _node.Chat.SendAsync("lobby", "bob", "1");
        var seen = (await first.ReadEventAsync<RoomEvent.Created>("lobby")).Position;
        await first.DisposeAsync();
        await _node.Chat.SendAsync("lobby", "bob", "2");
        await _node.Chat.SendAsync("lobby", "bob", "3");

        var second = await ConnectAsync(await StartAsync(), "alice");
        await second.Connection.InvokeAsync("Open", "lobby", seen.ToString(), false, Limit.Token);

        (await second.ReadEventAsync<RoomEvent.Created>("lobby")).Message.Text.Should().Be("2");
        (await second.ReadEventAsync<RoomEvent.Created>("lobby")).Message.Text.Should().Be("3");
    }

    [Fact]
    public async Task A_closed_room_sends_no_more()
    {
        var alice = await ConnectAsync(_node, "alice");
        foreach (var room in new[] { "a", "b" })
        {
            await alice.Connection.InvokeAsync("Open", room, null, false, Limit.Token);
            await alice.ReadEventAsync<RoomEvent.CaughtUp>(room);
        }

        await alice.Connection.InvokeAsync("Close", "a", Limit.Token);
        await _node.Chat.SendAsync("a", "bob", "not for alice");
        await _node.Chat.SendAsync("b", "bob", "for alice");

        (await alice.ReadAsync<WatchedRoomEvent>()).Room.Should().Be("b");
    }

    [Fact]
    public async Task With_MessagePack_events_have_the_same_names_and_values()
    {
        var connection = new HubConnectionBuilder()
            .WithUrl(new Uri(_node.Address, "hub"), options => options.Headers[HeaderAuthentication.Header] = "alice")
            .AddMessagePackProtocol()
            .Build();
        _owned.Push(connection);
        var received = System.Threading.Channels.Channel.CreateUnbounded<Dictionary<string, object>>();
        connection.On<Dictionary<string, object>>("Event", happened => received.Writer.TryWrite(happened));
        await connection.StartAsync(Limit.Token);
        await connection.InvokeAsync("Open", "lobby", null, false, Limit.Token);
        await received.Reader.ReadAsync(Limit.Token);

        var receipt = await _node.Chat.SendAsync("lobby", "bob", "hello 👍");

        var happened = await received.Reader.ReadAsync(Limit.Token);
        happened["room"].Should().Be("lobby");
        var properties = (Dictionary<object, object>)happened["event"];
        properties["kind"].Should().Be("created");
        properties["position"].Should().Be(receipt.Position.ToString());
        var message = (Dictionary<object, object>)properties["message"];
        message["text"].Should().Be("hello 👍");
        Convert.ToInt64(message["id"], null).Should().Be(receipt.Id);
    }

    [Fact]
    public async Task After_a_short_break_of_the_network_nothing_is_lost_or_doubled()
    {
        await using var proxy = new FaultProxy(_node.Address.Port);
        var alice = await ConnectAsync(_node, "alice", new UriBuilder(_node.Address) { Port = proxy.Port }.Uri, builder => builder.WithStatefulReconnect());
        await alice.Connection.InvokeAsync("Open", "lobby", null, false, Limit.Token);
        await alice.ReadEventAsync<RoomEvent.CaughtUp>("lobby");
        await _node.Chat.SendAsync("lobby", "bob", "0");
        await alice.ReadEventAsync<RoomEvent.Created>("lobby");

        proxy.Cut();
        for (var i = 1; i <= 20; i++)
        {
            await _node.Chat.SendAsync("lobby", "bob", $"{i}");
        }

        for (var i = 1; i <= 20; i++)
        {
            (await alice.ReadEventAsync<RoomEvent.Created>("lobby")).Message.Text.Should().Be($"{i}");
        }
    }

    [Fact]
    public async Task The_inbox_comes_over_the_same_connection()
    {
        await _node.Chat.Room("lobby").Members.JoinAsync("alice");
        var alice = await ConnectAsync(_node, "alice");
        await alice.Connection.InvokeAsync("OpenInbox", Limit.Token);
        await alice.ReadAsync<InboxChange>(change => change.Room == "lobby");

        await _node.Chat.SendAsync("lobby", "bob", "hello");

        await alice.ReadAsync<InboxChange>(change => change.Now!.Unread.Count == 1);
    }

    [Fact]
    public async Task A_banned_user_loses_the_room_and_a_revoked_one_the_connection()
    {
        var eve = await ConnectAsync(_node, "eve");
        foreach (var room in new[] { "a", "b" })
        {
            await eve.Connection.InvokeAsync("Open", room, null, false, Limit.Token);
            await eve.ReadEventAsync<RoomEvent.CaughtUp>(room);
        }

        await _node.Chat.Room("a").Members.BanAsync("eve", Actor.Application);
        (await eve.ReadAsync<RoomFailure>()).Should().Be(new RoomFailure("a", ProblemCodes.Forbidden, 403, "banned"));

        await _node.Chat.RevokeAsync("eve");
        (await eve.ReadAsync<StreamEnd>()).Should().Be(new StreamEnd(ProblemCodes.Revoked, Retry: false));
    }

    [Fact]
    public async Task A_shutdown_ends_all_connections_at_once()
    {
        var alice = await ConnectAsync(_node, "alice");
        await alice.Connection.InvokeAsync("Open", "lobby", null, false, Limit.Token);
        var closed = new TaskCompletionSource();
        alice.Connection.Closed += _ =>
        {
            closed.SetResult();
            return Task.CompletedTask;
        };

        // The host's own limit is 30 s.
        await _node.StopAsync().WaitAsync(TimeSpan.FromSeconds(15));

        await closed.Task.WaitAsync(Limit.Token);
    }

    [Fact]
    public async Task An_error_names_its_code_and_what_is_allowed()
    {
        var alice = await ConnectAsync(_node, "alice");

        var open = () => alice.Connection.InvokeAsync("Open", "lobby", "no position", false, Limit.Token);

        (await open.Should().ThrowAsync<HubException>()).WithMessage("*invalid: Pass back exactly the position*");
    }

    [Fact]
    public async Task Without_a_user_there_is_no_connection()
    {
        var connect = () => HubClient.ConnectAsync(_node, "");

        await connect.Should().ThrowAsync<HttpRequestException>().WithMessage("*401*");
    }

    private async Task<WebNode> StartAsync()
    {
        var node = await WebNode.StartAsync(server.Require(), _prefix, services: services => services.AddSignalR().AddMessagePackProtocol());
        _owned.Push(node);
        return node;
    }

    private async Task<HubClient> ConnectAsync(WebNode node, string user, Uri? address = null, Action<IHubConnectionBuilder>? configure = null)
    {
        var client = await HubClient.ConnectAsync(node, user, address, configure);
        _owned.Push(client);
        return client;
    }
}
