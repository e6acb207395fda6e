using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using RedisChat.AspNetCore;
using RedisChat.IntegrationTests;

namespace RedisChat.Web.Tests;

/// <summary>Threads through the web: their ids are those of rooms.</summary>
public sealed class ThreadEndpointTests(TestServer server) : EndpointTests(server)
{
    private const string Thread = "rooms/lobby%1F1";

    private static string ThreadRoom => new ThreadId("lobby", 1).RoomId;

    [Fact]
    public async Task A_thread_is_used_as_a_room()
    {
        await using var node = await StartAsync();
        var alice = node.As("alice");
        var bob = node.As("bob");
        (await alice.SendAsync("POST", $"{Thread}/messages", """{"text":"too early"}""")).ExpectProblem(409, "parent-not-found");
        (await alice.SendAsync("POST", "rooms/lobby/messages", """{"text":"hello"}""")).Expect(201);

        var sent = (await bob.SendAsync("POST", $"{Thread}/messages", """{"text":"a reply"}""")).Expect(201);
        sent.Location.Should().Be($"/chat/{Thread}/messages/1");
        (await bob.SendAsync("GET", sent.Location!)).Expect(200)["text"].Should().Be("a reply");
        (await bob.SendAsync("PATCH", sent.Location!, """{"text":"the reply"}""")).Expect(200)["version"].Should().Be("2");
        (await alice.SendAsync("PUT", $"{Thread}/messages/1/reactions/%F0%9F%91%8D")).Expect(200);

        (await alice.SendAsync("GET", $"{Thread}/messages")).Expect(200)["messages.0.text"].Should().Be("the reply");
        var page = (await alice.SendAsync("GET", "rooms/lobby/messages")).Expect(200);
        (page["threads.1.count"], page["threads.1.lastReplyId"], page["threads.1.participants.0"]).Should().Be(("1", "1", "bob"));
        (await alice.SendAsync("GET", $"{Thread}/changes?after={page["position"]}")).Expect(200);

        (await bob.SendAsync("DELETE", sent.Location!)).Expect(204);
        (await alice.SendAsync("GET", "rooms/lobby/messages")).Expect(200)["threads.1.count"].Should().Be("0");
        (await alice.SendAsync("GET", "rooms/lobby%1F01/messages")).ExpectProblem(400, "invalid");
        (await alice.SendAsync("GET", "rooms/lobby%1F1%1F1/messages")).ExpectProblem(400, "invalid");
    }

    [Fact]
    public async Task The_rules_of_the_room_hold_in_its_threads()
    {
        await using var node = await StartAsync();
        await node.Chat.SendAsync("lobby", "alice", "hello");
        await node.Chat.Room("lobby").Members.SetRoleAsync("alice", RoomRole.Owner, Actor.Application);
        await node.Chat.Room("lobby").Rules.ChangeAsync(Actor.Application, _ => RuleSet.MembersOnly);
        await node.Chat.Room("lobby").Thread(1).SendAsync("alice", "a reply");
        var eve = node.As("eve");

        (await eve.SendAsync("GET", $"{Thread}/messages")).ExpectProblem(403, "forbidden", "notMember");
        (await eve.SendAsync("GET", $"{Thread}/messages/1")).ExpectProblem(403, "forbidden", "notMember");
        (await eve.SendAsync("GET", $"{Thread}/pins")).ExpectProblem(403, "forbidden", "notMember");
        (await eve.SendAsync("POST", $"{Thread}/messages", """{"text":"hi"}""")).ExpectProblem(403, "forbidden", "notMember");
        (await node.As("alice").SendAsync("GET", $"{Thread}/pins")).Expect(200);
    }

    [Fact]
    public async Task The_application_is_asked_about_the_room_of_a_thread()
    {
        var table = new TableAccess.Table { Rights = room => room == "lobby" ? RoomRights.Read : RoomRights.None };
        await using var node = await StartAsync(chat: chat => chat.AddAccess<TableAccess>(), services: services => services.AddSingleton(table));
        await node.Chat.SendAsync("lobby", "alice", "hello");
        await node.Chat.Room("lobby").Thread(1).SendAsync("alice", "a reply");

        (await node.As("bob").SendAsync("GET", $"{Thread}/messages")).Expect(200)["messages.0.text"].Should().Be("a reply");
        (await node.As("bob").SendAsync("POST", $"{Thread}/messages", """{"text":"hi"}""")).ExpectProblem(403, "forbidden", "access");
        (await node.As("bob").SendAsync("GET", "rooms/other%1F1/messages")).ExpectProblem(403, "forbidden", "access");
    }

    [Fact]
    public async Task The_hub_delivers_the_events_of_a_thread_until_the_right_to_read_the_room_is_gone()
    {
        await using var node = await StartAsync();
        await node.Chat.SendAsync("lobby", "alice", "hello");
        await node.Chat.Room("lobby").Members.JoinAsync("bob");
        await using var bob = await HubClient.ConnectAsync(node, "bob");
        await bob.Connection.InvokeAsync("Open", new OpenRoomRequest("lobby"), Limit.Token);
        await bob.Connection.InvokeAsync("Open", new OpenRoomRequest(ThreadRoom), Limit.Token);
        await bob.ReadEventAsync<RoomEvent.CaughtUp>(ThreadRoom);

        await node.Chat.Room("lobby").Thread(1).SendAsync("alice", "a reply");

        // Rooms have no order among each other.
        WatchedRoomEvent[] received = [await bob.ReadAsync<WatchedRoomEvent>(IsNews), await bob.ReadAsync<WatchedRoomEvent>(IsNews)];
        received.Select(happened => happened.Event).OfType<RoomEvent.ThreadChanged>().Single().Thread.Participants.Should().Equal("alice");
        received.Single(happened => happened.Room == ThreadRoom).Event.Should().BeOfType<RoomEvent.Created>();

        await node.Chat.Room("lobby").Members.BanAsync("bob", Actor.Application);
        (await bob.ReadAsync<RoomFailure>(failure => failure.Room == ThreadRoom)).Should().NotBeNull();

        static bool IsNews(WatchedRoomEvent happened) => happened.Event is RoomEvent.Created or RoomEvent.ThreadChanged;
    }
}
