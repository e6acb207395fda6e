using RedisChat.IntegrationTests;

namespace RedisChat.Web.Tests;

public sealed class RoomEndpointTests(TestServer server) : EndpointTests(server)
{
    [Fact]
    public async Task A_room_is_created_described_archived_and_deleted_by_its_owner()
    {
        await using var node = await StartAsync();
        var (olga, bob) = (node.As("olga"), node.As("bob"));

        var created = (await olga.SendAsync("POST", "rooms", """{"room":"club","about":{"name":"The Club","metadata":{"color":"red"}},"rules":{"slowMode":"00:00:10"}}""")).Expect(201);
        (created["isNew"], created["about.name"], created["about.topic"]).Should().Be(("True", "The Club", ""));
        (await bob.SendAsync("POST", "rooms", """{"room":"club","about":{"name":"Mine"}}""")).Expect(200)["about.name"].Should().Be("The Club");
        (await node.Chat.Room("club").Members.GetAsync("bob", Cancelled)).Should().BeNull();

        var info = (await bob.SendAsync("GET", "rooms/club")).Expect(200);
        (info["id"], info["about.name"], info["members"], info["rules.slowMode"]).Should().Be(("club", "The Club", "1", "00:00:10"));
        info["rules.everyone"].Should().Be("Read, Join, Send, ChangeOwn, React", "rights that the request does not name have their defaults");

        var changed = (await olga.SendAsync("PATCH", "rooms/club", """{"topic":"Chess","archived":true}""")).Expect(200);
        (changed["about.name"], changed["about.topic"], changed["about.metadata.color"], changed["rules.isArchived"]).Should().Be(("The Club", "Chess", "red", "True"));
        (await bob.SendAsync("POST", "rooms/club/messages", """{"text":"x"}""")).ExpectProblem(403, "forbidden", "archived");
        (await olga.SendAsync("PATCH", "rooms/club", """{"name":"Club","archived":false}""")).Expect(200)["about.name"].Should().Be("Club");
        (await olga.SendAsync("PATCH", "rooms/club", "{}")).Expect(200)["about.name"].Should().Be("Club");
        (await bob.SendAsync("PATCH", "rooms/club", """{"name":"Mine"}""")).ExpectProblem(403, "forbidden", "notMember");
        (await bob.SendAsync("DELETE", "rooms/club")).ExpectProblem(403, "forbidden", "notMember");

        (await olga.SendAsync("DELETE", "rooms/club")).Expect(200)["existed"].Should().Be("True");
        (await olga.SendAsync("GET", "rooms/club")).Expect(200)["exists"].Should().Be("False");
    }

    [Fact]
    public async Task Rules_are_read_and_replaced()
    {
        await using var node = await StartAsync();
        var olga = node.As("olga");
        (await olga.SendAsync("POST", "rooms", """{"room":"club"}""")).Expect(201);

        var rules = (await olga.SendAsync("GET", "rooms/club/rules")).Expect(200);
        (rules["everyone"], rules["roles.0.name"], rules["isArchived"]).Should().Be(("Read, Join, Send, ChangeOwn, React", "owner", "False"));
        (await olga.SendAsync("PUT", "rooms/club/rules", rules.Text)).Expect(200).Text.Should().Be(rules.Text);
        var set = (await olga.SendAsync("PUT", "rooms/club/rules", """{"everyone":"Read","flood":{"burst":3,"refill":"00:00:02"}}""")).Expect(200);
        (set["everyone"], set["flood.burst"], set["roles.1.name"]).Should().Be(("Read", "3", "moderator"));
        (await node.As("bob").SendAsync("PUT", "rooms/club/rules", "{}")).ExpectProblem(403, "forbidden", "notMember");
        (await olga.SendAsync("PUT", "rooms/club/rules", """{"everyone":"Fly"}""")).ExpectProblem(400, "invalid", parameter: "everyone");
        (await olga.SendAsync("PUT", "rooms/club/rules", """{"slowMode":"1.06:00:00"}""")).ExpectProblem(400, "invalid", parameter: "rules");
    }

    [Theory]
    [InlineData("messages")]
    [InlineData("rules")]
    [InlineData("members")]
    public async Task A_room_that_exists_without_settings_cannot_be_taken_over_by_creating_it(string by)
    {
        await using var node = await StartAsync();
        var room = node.Chat.Room("old");
        await (by switch
        {
            "messages" => (Task)room.SendAsync("alice", "hello", Cancelled),
            "rules" => room.Rules.ChangeAsync(Actor.Application, _ => RuleSet.MembersOnly, Cancelled),
            _ => room.Members.SetRoleAsync("alice", RoomRole.Moderator, Actor.Application, cancellationToken: Cancelled),
        });

        (await node.As("eve").SendAsync("POST", "rooms", """{"room":"old","rules":{}}""")).ExpectProblem(403, "forbidden", "notPermitted");

        (await room.Members.GetAsync("eve", Cancelled)).Should().BeNull();
        await room.Members.SetRoleAsync("olga", RoomRole.Owner, Actor.Application, cancellationToken: Cancelled);
        (await node.As("olga").SendAsync("POST", "rooms", """{"room":"old"}""")).Expect(201);
    }

    [Fact]
    public async Task Rooms_are_listed_in_pages_by_name_and_by_activity()
    {
        await using var node = await StartAsync();
        var alice = node.As("alice");
        foreach (var name in new[] { "b", "c", "a" })
        {
            (await alice.SendAsync("POST", "rooms", $$"""{ "room": "room-{{name}}", "about": { "name": "{{name}}" } }""")).Expect(201);
        }

        var first = (await alice.SendAsync("GET", "rooms?limit=2")).Expect(200);
        (first["rooms.0.about.name"], first["rooms.1.about.name"]).Should().Be(("a", "b"));
        var second = (await alice.SendAsync("GET", $"rooms?limit=2&order=name&cursor={Uri.EscapeDataString(first["cursor"]!)}")).Expect(200);
        (second["rooms.0.about.name"], second["cursor"]).Should().Be(("c", null));
        (await alice.SendAsync("GET", "rooms?order=activity")).Expect(200).Json.GetProperty("rooms").GetArrayLength().Should().Be(3);
        (await alice.SendAsync("GET", "rooms?order=age")).ExpectProblem(400, "invalid", parameter: "order")["detail"].Should().Be("This must be one of: name, activity.");
        (await alice.SendAsync("GET", "rooms?cursor=nonsense")).ExpectProblem(400, "invalid", parameter: "cursor");
    }

    [Fact]
    public async Task Two_users_have_one_room()
    {
        await using var node = await StartAsync();

        var one = (await node.As("alice").SendAsync("POST", "direct", """{"user":"bob"}""")).Expect(200);
        (await node.As("bob").SendAsync("POST", "direct", """{"user":"alice"}""")).Expect(200)["room"].Should().Be(one["room"]).And.StartWith("direct~");
        (await node.As("eve").SendAsync("GET", $"rooms/{one["room"]}/messages")).ExpectProblem(403, "forbidden", "notMember");
        (await node.As("alice").SendAsync("POST", "direct", "{}")).ExpectProblem(400, "invalid");
    }

    [Fact]
    public async Task The_inbox_lists_mutes_and_hides_rooms()
    {
        await using var node = await StartAsync();
        var bob = node.As("bob");
        foreach (var room in new[] { "one", "two" })
        {
            (await bob.SendAsync("POST", $"rooms/{room}/join")).Expect(200);
            await node.Chat.SendAsync(room, "alice", "hello", Cancelled);
        }

        var inbox = (await bob.SendAsync("GET", "inbox")).Expect(200);
        (inbox["rooms.0.unread.count"], inbox["rooms.0.lastMessage.text"], inbox["rooms.1.isMuted"]).Should().Be(("1", "hello", "False"));
        (await bob.SendAsync("PUT", "inbox/one/mute")).Expect(204);
        (await bob.SendAsync("PUT", "inbox/two/hide")).Expect(204);
        (await bob.SendAsync("GET", "inbox")).Expect(200)["rooms.0.isMuted"].Should().Be("True");
        (await bob.SendAsync("GET", "inbox?hidden=true")).Expect(200).Json.GetProperty("rooms").GetArrayLength().Should().Be(2);
        (await bob.SendAsync("DELETE", "inbox/one/mute")).Expect(204);
        (await bob.SendAsync("DELETE", "inbox/two/hide")).Expect(204);
        (await bob.SendAsync("GET", "inbox?limit=1")).Expect(200)["cursor"].Should().NotBeNull();
        (await bob.SendAsync("PUT", "inbox/three/mute")).ExpectProblem(404, "not-found");
        (await bob.SendAsync("DELETE", "inbox/three/hide")).ExpectProblem(404, "not-found");
    }

    [Fact]
    public async Task The_caller_is_told_who_it_is()
    {
        await using var node = await StartAsync();

        (await node.As("al/ice").SendAsync("GET", "me")).Expect(200).Text.Should().Be("""{"user":"al/ice"}""");
    }
}
