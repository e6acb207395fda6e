using RedisChat.IntegrationTests;

namespace RedisChat.Web.Tests;

public sealed class MemberEndpointTests(TestServer server) : EndpointTests(server)
{
    [Fact]
    public async Task A_moderator_bans_mutes_removes_and_lifts()
    {
        await using var node = await StartAsync();
        var mod = node.As("mod");
        await RoleAsync(node, "mod", RoomRole.Moderator);
        await RoleAsync(node, "eve", RoomRole.Member);

        var banned = (await mod.SendAsync("PUT", "rooms/club/members/eve/ban", """{"seconds":90,"reason":"spam"}""")).Expect(200);
        (banned["user"], banned["ban.by"], banned["ban.reason"], banned["role"]).Should().Be(("eve", "mod", "spam", null));
        banned["ban.until"].Should().NotBeNull();
        var refused = (await node.As("eve").SendAsync("POST", "rooms/club/messages", """{"text":"x"}""")).ExpectProblem(403, "forbidden", "banned");
        double.Parse(refused["retryAfter"]!, System.Globalization.CultureInfo.InvariantCulture).Should().BeInRange(1, 90);
        int.Parse(refused.Header("Retry-After")!, System.Globalization.CultureInfo.InvariantCulture).Should().BeInRange(1, 90);
        (await node.As("eve").SendAsync("GET", "rooms/club/messages")).ExpectProblem(403, "forbidden", "banned");
        (await node.As("eve").SendAsync("GET", "rooms/club/members")).ExpectProblem(403, "forbidden", "banned");
        (await mod.SendAsync("GET", "rooms/club/members?filter=banned")).Expect(200)["members.0.user"].Should().Be("eve");
        (await mod.SendAsync("DELETE", "rooms/club/members/eve/ban?reason=sorry")).Expect(200)["ban"].Should().BeNull();

        (await mod.SendAsync("PUT", "rooms/club/members/eve/mute")).Expect(200)["mute.until"].Should().BeNull();
        (await node.As("eve").SendAsync("POST", "rooms/club/messages", """{"text":"x"}""")).ExpectProblem(403, "forbidden", "muted").Header("Retry-After").Should().BeNull();
        (await mod.SendAsync("GET", "rooms/club/members?filter=muted")).Expect(200)["members.0.user"].Should().Be("eve");
        (await mod.SendAsync("DELETE", "rooms/club/members/eve/mute")).Expect(200)["mute"].Should().BeNull();
        (await node.As("eve").SendAsync("POST", "rooms/club/messages", """{"text":"back"}""")).Expect(201);

        await RoleAsync(node, "eve", RoomRole.Member);
        (await mod.SendAsync("DELETE", "rooms/club/members/eve?reason=bye")).Expect(200)["role"].Should().BeNull();
        (await mod.SendAsync("GET", "rooms/club/members/eve")).ExpectProblem(404, "not-found");
        (await mod.SendAsync("GET", "rooms/club/members/mod")).Expect(200)["role"].Should().Be("moderator");
    }

    [Fact]
    public async Task An_owner_invites_and_gives_roles_and_users_join_and_leave()
    {
        await using var node = await StartAsync();
        var owner = node.As("olga");
        await RoleAsync(node, "olga", RoomRole.Owner);
        await node.Chat.Room("club").Rules.ChangeAsync(Actor.Application, _ => RuleSet.MembersOnly, Cancelled);

        (await node.As("bob").SendAsync("POST", "rooms/club/join")).ExpectProblem(403, "forbidden", "notMember");
        (await owner.SendAsync("POST", "rooms/club/members/bob/invite")).Expect(200)["invitation.role"].Should().Be("member");
        (await owner.SendAsync("POST", "rooms/club/members/carol/invite", """{"role":"reader","reason":"welcome"}""")).Expect(200)["invitation.reason"].Should().Be("welcome");
        (await owner.SendAsync("GET", "rooms/club/members?filter=invited")).Expect(200).Json.GetProperty("members").GetArrayLength().Should().Be(2);
        (await node.As("bob").SendAsync("POST", "rooms/club/join")).Expect(200)["role"].Should().Be("member");
        (await owner.SendAsync("PUT", "rooms/club/members/bob", """{"role":"moderator","reason":"good work"}""")).Expect(200)["role"].Should().Be("moderator");
        (await owner.SendAsync("PUT", "rooms/club/members/bob", """{"role":"king"}""")).ExpectProblem(400, "invalid", parameter: "role");
        (await owner.SendAsync("PUT", "rooms/club/members/bob", "{}")).ExpectProblem(400, "invalid", parameter: "role");
        (await node.As("bob").SendAsync("PUT", "rooms/club/members/bob", """{"role":"owner"}""")).ExpectProblem(403, "forbidden", "notPermitted");
        (await node.As("bob").SendAsync("PUT", "rooms/club/members/olga/ban")).ExpectProblem(403, "forbidden", "outranked");
        (await node.As("bob").SendAsync("POST", "rooms/club/leave")).Expect(200)["role"].Should().BeNull();
        (await owner.SendAsync("POST", "rooms/club/leave")).ExpectProblem(403, "forbidden", "lastOwner");

        var page = (await owner.SendAsync("GET", "rooms/club/members?limit=5")).Expect(200);
        page["members.0.user"].Should().Be("olga");
        (await node.As("bob").SendAsync("GET", "rooms/club/members")).ExpectProblem(403, "forbidden", "notMember");
    }

    [Fact]
    public async Task Who_may_not_read_a_room_learns_nothing_about_it()
    {
        await using var node = await StartAsync();
        await RoleAsync(node, "olga", RoomRole.Owner);
        await node.Chat.Room("club").Rules.ChangeAsync(Actor.Application, _ => RuleSet.MembersOnly, Cancelled);
        await node.Chat.SendAsync("club", "olga", "secret", Cancelled);
        var eve = node.As("eve");

        foreach (var path in new[]
        {
            "", "/rules", "/messages", "/messages/1", "/messages/1/reactions/heart", "/pins", "/mentions", "/messages/1/versions", "/export", "/changes", "/members", "/members/olga", "/read-markers", "/unread", "/presence",
        })
        {
            (await eve.SendAsync("GET", $"rooms/club{path}")).ExpectProblem(403, "forbidden", "notMember").Text.Should().NotContain("secret");
        }

        (await eve.SendAsync("GET", "rooms/club/rights")).Expect(200).Text.Should().Be("""{"rights":[]}""");
        (await node.As("olga").SendAsync("GET", "rooms/club/rights")).Expect(200).Json.GetProperty("rights").EnumerateArray().Select(right => right.GetString())
            .Should().Equal("Read", "Join", "Send", "ChangeOwn", "React", "Pin", "DeleteAny", "Invite", "Remove", "Ban", "Mute", "Manage", "Unlimited", "MentionEveryone");
    }

    [Fact]
    public async Task Read_markers_presence_and_typing()
    {
        await using var node = await StartAsync();
        var (alice, bob) = (node.As("alice"), node.As("bob"));
        for (var i = 0; i < 3; i++)
        {
            await node.Chat.SendAsync("lobby", "alice", "hi", Cancelled);
        }

        (await bob.SendAsync("GET", "rooms/lobby/unread")).Expect(200).Text.Should().Be("""{"count":3,"hasMore":false}""");
        (await bob.SendAsync("POST", "rooms/lobby/read", """{"messageId":2}""")).Expect(200)["messageId"].Should().Be("2");
        (await bob.SendAsync("GET", "rooms/lobby/unread")).Expect(200)["count"].Should().Be("1");
        (await alice.SendAsync("GET", "rooms/lobby/read-markers?readUpTo=2")).Expect(200)["markers.0.user"].Should().Be("bob");
        (await alice.SendAsync("GET", "rooms/lobby/read-markers?readUpTo=3")).Expect(200)["markers.0.user"].Should().BeNull();
        (await bob.SendAsync("POST", "rooms/lobby/unread", """{"messageId":1}""")).Expect(200)["messageId"].Should().Be("0");
        (await bob.SendAsync("POST", "rooms/lobby/read", """{"messageId":9}""")).ExpectProblem(400, "invalid", parameter: "messageId");
        (await bob.SendAsync("POST", "rooms/lobby/read", "{}")).ExpectProblem(400, "invalid", parameter: "messageId");

        await using var here = await node.Chat.Room("lobby").Presence.EnterAsync("alice", Cancelled);
        (await bob.SendAsync("GET", "rooms/lobby/presence")).Expect(200)["users.0"].Should().Be("alice");
        await using var events = node.Chat.WatchAsync("lobby", cancellationToken: Cancelled).GetAsyncEnumerator(Cancelled);
        (await events.MoveNextAsync()).Should().BeTrue();
        (await bob.SendAsync("POST", "rooms/lobby/typing")).Expect(204);
        do
        {
            (await events.MoveNextAsync()).Should().BeTrue();
        }
        while (events.Current is not RoomEvent.Typing { User: "bob" });
        (await bob.SendAsync("POST", "rooms/lobby/typing")).Expect(204);
    }

    private static Task<RoomMember> RoleAsync(WebNode node, string user, string role) =>
        node.Chat.Room("club").Members.SetRoleAsync(user, role, Actor.Application, cancellationToken: Cancelled);
}
