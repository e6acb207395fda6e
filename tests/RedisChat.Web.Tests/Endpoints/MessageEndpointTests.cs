using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RedisChat.IntegrationTests;

namespace RedisChat.Web.Tests;

public sealed class MessageEndpointTests(TestServer server) : EndpointTests(server)
{
    [Fact]
    public async Task A_message_is_sent_read_edited_and_deleted_by_its_author()
    {
        await using var node = await StartAsync();
        var alice = node.As("alice");

        var sent = (await alice.SendAsync("POST", "rooms/lobby/messages", """{"text":"hello","metadata":{"a":"b"}}""")).Expect(201);
        sent["id"].Should().Be("1");
        sent.Location.Should().Be("/chat/rooms/lobby/messages/1");
        sent.ContentType.Should().Be("application/json; charset=utf-8");
        sent["position"].Should().MatchRegex(@"^[0-9a-f]+\.1\.\d+\.\d+$");

        var message = (await alice.SendAsync("GET", sent.Location!)).Expect(200);
        (message["user"], message["text"], message["metadata.a"], message["editedAt"]).Should().Be(("alice", "hello", "b", null));

        var edited = (await alice.SendAsync("PATCH", "rooms/lobby/messages/1", """{"text":"Hello!"}""")).Expect(200);
        (edited["text"], edited["version"], edited["metadata.a"]).Should().Be(("Hello!", "2", "b"));
        (await alice.SendAsync("PATCH", "rooms/lobby/messages/1", """{"text":"Hello!","metadata":{}}""")).Expect(200)["metadata.a"].Should().BeNull();

        (await alice.SendAsync("DELETE", "rooms/lobby/messages/1?reason=spam")).Expect(204).Text.Should().BeEmpty();
        (await alice.SendAsync("DELETE", "rooms/lobby/messages/1")).ExpectProblem(404, "not-found");
        (await alice.SendAsync("GET", "rooms/lobby/messages/1")).ExpectProblem(404, "not-found");
        (await alice.SendAsync("PATCH", "rooms/lobby/messages/1", """{"text":"x"}""")).ExpectProblem(404, "not-found");
    }

    [Fact]
    public async Task A_page_brings_tombstones_on_request()
    {
        await using var node = await StartAsync();
        var alice = node.As("alice");
        for (var n = 1; n <= 3; n++)
        {
            (await alice.SendAsync("POST", "rooms/lobby/messages", $$"""{"text":"{{n}}"}""")).Expect(201);
        }

        (await alice.SendAsync("DELETE", "rooms/lobby/messages/2?reason=spam")).Expect(204);

        var page = (await alice.SendAsync("GET", "rooms/lobby/messages?deleted=true")).Expect(200);
        (page["tombstones.0.firstId"], page["tombstones.0.lastId"], page["tombstones.0.user"], page["tombstones.0.reason"]).Should().Be(("2", "2", "alice", "spam"));
        (await alice.SendAsync("GET", "rooms/lobby/messages")).Expect(200)["tombstones.0.firstId"].Should().BeNull();
        (await alice.SendAsync("GET", "rooms/lobby/messages?deleted=true&user=alice")).ExpectProblem(400, "invalid");
    }

    [Fact]
    public async Task Earlier_versions_are_for_the_author_and_those_who_may_delete_the_message()
    {
        await using var node = await StartAsync(services: services => services.Configure<ChatOptions>(options => options.KeptVersions = 5));
        var alice = node.As("alice");
        (await alice.SendAsync("POST", "rooms/lobby/messages", """{"text":"one"}""")).Expect(201);
        (await alice.SendAsync("PATCH", "rooms/lobby/messages/1", """{"text":"two"}""")).Expect(200);

        var versions = (await alice.SendAsync("GET", "rooms/lobby/messages/1/versions")).Expect(200);
        (versions["0.version"], versions["0.text"], versions["1.version"]).Should().Be(("1", "one", null));
        (await node.As("bob").SendAsync("GET", "rooms/lobby/messages/1/versions")).ExpectProblem(403, "forbidden", "notAuthor");
        (await alice.SendAsync("GET", "rooms/lobby/messages/99/versions")).Expect(200).Text.Should().Be("[]");
    }

    [Fact]
    public async Task A_message_of_another_author_cannot_be_changed()
    {
        await using var node = await StartAsync();
        (await node.As("alice").SendAsync("POST", "rooms/lobby/messages", """{"text":"mine"}""")).Expect(201);

        (await node.As("bob").SendAsync("PATCH", "rooms/lobby/messages/1", """{"text":"yours"}""")).ExpectProblem(403, "forbidden", "notAuthor");
        (await node.As("bob").SendAsync("DELETE", "rooms/lobby/messages/1")).ExpectProblem(403, "forbidden", "notMember");
    }

    [Fact]
    public async Task A_repeated_send_returns_the_first_receipt_with_status_200()
    {
        await using var node = await StartAsync();
        var alice = node.As("alice");
        var first = (await alice.SendAsync("POST", "rooms/lobby/messages", """{"text":"once","idempotencyKey":"k1"}""")).Expect(201);

        var again = (await alice.SendAsync("POST", "rooms/lobby/messages", """{"text":"once"}""", ("Idempotency-Key", "k1"))).Expect(200);
        (again["id"], again["isDuplicate"]).Should().Be((first["id"], "True"));
        again.Location.Should().BeNull();
        (await alice.SendAsync("POST", "rooms/lobby/messages", """{"text":"once","idempotencyKey":"k1"}""", ("Idempotency-Key", "k1"))).Expect(200);

        (await alice.SendAsync("POST", "rooms/lobby/messages", """{"text":"other","idempotencyKey":"k1"}""")).ExpectProblem(409, "key-conflict");
        (await alice.SendAsync("POST", "rooms/lobby/messages", """{"text":"once","idempotencyKey":"k1"}""", ("Idempotency-Key", "k2")))
            .ExpectProblem(400, "invalid", parameter: "idempotencyKey");
    }

    [Fact]
    public async Task Replies_are_sent_and_pages_bring_what_they_refer_to()
    {
        await using var node = await StartAsync();
        var alice = node.As("alice");
        await node.Chat.SendManyAsync("lobby", [.. Enumerable.Range(1, 5).Select(n => new NewMessage("bob", $"m{n}"))], Cancelled);
        (await alice.SendAsync("POST", "rooms/lobby/messages", """{"text":"to one","replyTo":1,"idempotencyKey":"k1"}""")).Expect(201)["id"].Should().Be("6");
        (await alice.SendAsync("POST", "rooms/lobby/messages", """{"text":"to two","replyTo":2}""")).Expect(201);
        (await alice.SendAsync("POST", "rooms/lobby/messages", """{"text":"nobody there","replyTo":100}""")).ExpectProblem(409, "parent-not-found");
        await node.Chat.DeleteAsync("lobby", 2, "bob", cancellationToken: Cancelled);

        (await alice.SendAsync("POST", "rooms/lobby/messages", """{"text":"too late","replyTo":2}""")).ExpectProblem(409, "parent-not-found");
        (await alice.SendAsync("POST", "rooms/lobby/messages", """{"text":"to one","replyTo":1,"idempotencyKey":"k1"}""")).Expect(200)["id"].Should().Be("6");
        (await alice.SendAsync("POST", "rooms/lobby/messages", """{"text":"to one","replyTo":3,"idempotencyKey":"k1"}""")).ExpectProblem(409, "key-conflict");
        (await alice.SendAsync("POST", "rooms/lobby/messages", """{"text":"a","replyTo":0}""")).ExpectProblem(400, "invalid", parameter: "replyTo");
        var page = (await alice.SendAsync("GET", "rooms/lobby/messages?limit=2")).Expect(200);
        (page["messages.0.replyTo"], page["messages.1.replyTo"], page["parents.1.message.text"], page["parents.1.isDeleted"]).Should().Be(("1", "2", "m1", "False"));
        page.Json.GetProperty("parents").GetProperty("2").ToString().Should().Be("""{"isDeleted":true}""");
        (await alice.SendAsync("GET", "rooms/lobby/messages?before=6")).Expect(200).Json.GetProperty("parents").ToString().Should().Be("{}");
        (await alice.SendAsync("GET", "rooms/lobby/messages/6")).Expect(200)["replyTo"].Should().Be("1");
        (await alice.SendAsync("GET", "rooms/lobby/export")).Expect(200).Text.Split('\n')[4].Should().EndWith("\"replyTo\":1}");
    }

    [Fact]
    public async Task Attachments_are_sent_edited_and_kept_by_an_edit_that_does_not_name_them()
    {
        const string Picture = """{"kind":"image","name":"a.png","mediaType":"image/png","size":7,"address":"files/1","preview":{"text":"a","address":"b","width":3,"height":4}}""";
        await using var node = await StartInMemoryAsync();
        var alice = node.As("alice");

        (await alice.SendAsync("POST", "rooms/lobby/messages", $$"""{"text":"","attachments":[{{Picture}}],"idempotencyKey":"k"}""")).Expect(201);
        (await alice.SendAsync("POST", "rooms/lobby/messages", $$"""{"text":"","attachments":[{{Picture}}],"idempotencyKey":"k"}""")).Expect(200);
        (await alice.SendAsync("POST", "rooms/lobby/messages", """{"text":"plain"}""")).Expect(201);
        await node.Chat.EditAsync("lobby", 2, Actor.Application, "see http://a.example", Cancelled);
        await node.Chat.Room("lobby").Previews.SetAsync(2, [new LinkPreview { Address = "http://a.example", Title = "A" }], Cancelled);

        var page = (await alice.SendAsync("GET", "rooms/lobby/messages")).Expect(200).Json.GetProperty("messages");
        page[0].GetProperty("attachments").GetRawText().Should().Be($"[{Picture}]");
        page[0].TryGetProperty("previews", out _).Should().BeFalse();
        page[1].TryGetProperty("attachments", out _).Should().BeFalse();
        page[1].GetProperty("previews").GetRawText().Should().Be("""[{"address":"http://a.example","title":"A"}]""");
        (await alice.SendAsync("PATCH", "rooms/lobby/messages/1", """{"text":"look"}""")).Expect(200).Json.GetProperty("attachments").GetArrayLength().Should().Be(1);
        (await alice.SendAsync("PATCH", "rooms/lobby/messages/1", """{"text":"look","attachments":[]}""")).Expect(200).Json.TryGetProperty("attachments", out _).Should().BeFalse();
    }

    [Fact]
    public async Task Mentions_are_sent_edited_listed_and_counted()
    {
        await using var node = await StartInMemoryAsync();
        await node.Chat.Rooms.CreateAsync("club", new RoomAbout { Name = "Club" }, RuleSet.MembersOnly, owner: "olga", cancellationToken: Cancelled);
        await node.Chat.Room("club").Members.SetRoleAsync("bob", RoomRole.Member, Actor.Application, cancellationToken: Cancelled);
        var (olga, bob) = (node.As("olga"), node.As("bob"));

        (await olga.SendAsync("POST", "rooms/club/messages", """{"text":"@bob","mentions":["@bob","&member"],"idempotencyKey":"k"}""")).Expect(201);
        (await olga.SendAsync("POST", "rooms/club/messages", """{"text":"@bob","mentions":["&member","@bob"],"idempotencyKey":"k"}""")).Expect(200);
        (await olga.SendAsync("POST", "rooms/club/messages", """{"text":"all","mentions":["*"]}""")).Expect(201);
        (await olga.SendAsync("POST", "rooms/club/messages", """{"text":"plain"}""")).Expect(201);
        (await olga.SendAsync("POST", "rooms/club/messages", """{"text":"dan","mentions":["@dan"]}""")).ExpectProblem(403, "forbidden", "mentionedOutsider");
        (await bob.SendAsync("POST", "rooms/club/messages", """{"text":"all","mentions":["*"]}""")).ExpectProblem(403, "forbidden", "notPermitted");

        (await bob.SendAsync("GET", "rooms/club/messages")).Expect(200).Text.Should().Contain("""
            "mentions":["\u0026member","@bob"]
            """.Trim()).And.Contain("""
            "text":"plain","timestamp"
            """.Trim());
        (await bob.SendAsync("GET", "rooms/club/messages/3")).Expect(200).Text.Should().NotContain("mentions");
        (await bob.SendAsync("GET", "inbox")).Expect(200).Text.Should().Contain("""
            "unreadMentions":2
            """.Trim());
        var first = (await bob.SendAsync("GET", "rooms/club/mentions?limit=1")).Expect(200);
        (first["before"], first.Text.Contains("all", StringComparison.Ordinal)).Should().Be(("2", true));
        (await bob.SendAsync("GET", "rooms/club/mentions?before=2")).Expect(200)["before"].Should().BeNull();
        (await node.As("dan").SendAsync("GET", "rooms/club/mentions")).ExpectProblem(403, "forbidden", "notMember");

        (await olga.SendAsync("PATCH", "rooms/club/messages/1", """{"text":"still @bob"}""")).Expect(200).Text.Should().Contain("@bob\"");
        (await olga.SendAsync("PATCH", "rooms/club/messages/1", """{"text":"nobody","mentions":[]}""")).Expect(200).Text.Should().NotContain("mentions");
        (await bob.SendAsync("GET", "inbox")).Expect(200).Text.Should().Contain("""
            "unreadMentions":1
            """.Trim());
    }

    [Fact]
    public async Task Pages_are_read_in_all_directions()
    {
        await using var node = await StartAsync();
        var alice = node.As("alice");
        for (var i = 1; i <= 9; i++)
        {
            await node.Chat.SendAsync("lobby", i % 2 == 0 ? "bob" : "alice", $"m{i}", Cancelled);
        }

        async Task<string> IdsAsync(string query) => string.Join(
            ",", (await alice.SendAsync("GET", "rooms/lobby/messages" + query)).Expect(200).Json.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("id").GetInt64()));

        (await IdsAsync("")).Should().Be("1,2,3,4,5,6,7,8,9");
        (await IdsAsync("?limit=2")).Should().Be("8,9");
        (await IdsAsync("?before=4&limit=2")).Should().Be("2,3");
        (await IdsAsync("?after=4&limit=2")).Should().Be("5,6");
        (await IdsAsync("?around=5&limit=4")).Should().Be("3,4,5,6");
        (await IdsAsync("?user=bob")).Should().Be("2,4,6,8");
        var page = (await alice.SendAsync("GET", "rooms/lobby/messages?limit=2")).Expect(200);
        (page["hasOlder"], page["hasNewer"]).Should().Be(("True", "False"));
        (await alice.SendAsync("GET", "rooms/nowhere/messages")).Expect(200).Json.GetProperty("messages").GetArrayLength().Should().Be(0);
    }

    [Fact]
    public async Task Pages_say_how_often_the_caller_reacted()
    {
        await using var node = await StartAsync();
        await node.Chat.SendAsync("lobby", "bob", "nice", Cancelled);
        (await node.As("alice").SendAsync("PUT", "rooms/lobby/messages/1/reactions/%F0%9F%91%8D")).Expect(200)["0.emoji"].Should().Be("👍");

        (await node.As("alice").SendAsync("GET", "rooms/lobby/messages")).Expect(200)["reactions.1.0.own"].Should().Be("1");
        (await node.As("bob").SendAsync("GET", "rooms/lobby/messages")).Expect(200)["reactions.1.0.own"].Should().Be("0");
    }

    [Fact]
    public async Task Reactions_are_listed_and_removed()
    {
        await using var node = await StartAsync();
        await node.Chat.SendAsync("lobby", "bob", "nice", Cancelled);
        var alice = node.As("alice");
        (await alice.SendAsync("PUT", "rooms/lobby/messages/1/reactions/heart")).Expect(200);
        (await node.As("carol").SendAsync("PUT", "rooms/lobby/messages/1/reactions/heart")).Expect(200)["0.count"].Should().Be("2");

        var users = (await alice.SendAsync("GET", "rooms/lobby/messages/1/reactions/heart")).Expect(200);
        users.Json.GetProperty("users").EnumerateArray().Select(user => user.GetString()).Should().BeEquivalentTo("alice", "carol");
        (await alice.SendAsync("DELETE", "rooms/lobby/messages/1/reactions/heart")).Expect(200)["0.count"].Should().Be("1");
        (await alice.SendAsync("PUT", "rooms/lobby/messages/2/reactions/heart")).ExpectProblem(404, "not-found");
        (await alice.SendAsync("DELETE", "rooms/lobby/messages/2/reactions/heart")).ExpectProblem(404, "not-found");
    }

    [Fact]
    public async Task Many_messages_are_deleted_by_ids_range_or_author()
    {
        await using var node = await StartAsync();
        await node.Chat.SendManyAsync("lobby", [.. Enumerable.Range(0, 10).Select(n => new NewMessage(n % 2 == 0 ? "alice" : "bob", "hello"))], Cancelled);
        var (alice, mia) = (node.As("alice"), node.As("mia"));
        await node.Chat.Room("lobby").Members.SetRoleAsync("mia", RoomRole.Moderator, Actor.Application, cancellationToken: Cancelled);

        (await alice.SendAsync("POST", "rooms/lobby/deletions", """{"from":1,"to":2}""")).ExpectProblem(403, "forbidden", "notMember");
        (await alice.SendAsync("POST", "rooms/lobby/deletions", """{"user":"alice","to":3}""")).Expect(200)["deleted"].Should().Be("2");
        (await mia.SendAsync("POST", "rooms/lobby/deletions", """{"ids":[2,4,99],"reason":"spam"}""")).Expect(200).Text.Should().Be("""{"deleted":2,"done":3,"total":3}""");
        (await mia.SendAsync("POST", "rooms/lobby/deletions", """{"user":"bob"}""")).Expect(200)["deleted"].Should().Be("3");

        // Whoever may delete nothing does not learn how many messages there are.
        await node.Chat.Room("secret").Rules.ChangeAsync(Actor.Application, rules => rules with { Everyone = RoomRights.None }, Cancelled);
        await node.Chat.SendAsync("secret", new NewMessage("bob", "hush") { IsFromApplication = true }, Cancelled);
        (await alice.SendAsync("POST", "rooms/secret/deletions", """{"user":"nobody"}""")).ExpectProblem(403, "forbidden", "notMember");
        (await alice.SendAsync("POST", "rooms/secret/deletions", """{"from":1,"to":1}""")).ExpectProblem(403, "forbidden", "notMember");

        (await alice.SendAsync("GET", "rooms/lobby/messages")).Expect(200).Json.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("id").GetInt64())
            .Should().Equal(5, 7, 9);
    }

    [Fact]
    public async Task Messages_are_pinned_listed_and_unpinned_by_those_who_may()
    {
        await using var node = await StartAsync();
        await node.Chat.SendAsync("lobby", "bob", "nice", Cancelled);
        await node.Chat.SendAsync("lobby", "bob", "nicer", Cancelled);
        var mia = node.As("mia");
        (await mia.SendAsync("PUT", "rooms/lobby/messages/1/pin")).ExpectProblem(403, "forbidden", "notMember");
        await node.Chat.Room("lobby").Members.SetRoleAsync("mia", RoomRole.Moderator, Actor.Application, cancellationToken: Cancelled);

        (await mia.SendAsync("PUT", "rooms/lobby/messages/1/pin")).Expect(204);
        (await mia.SendAsync("PUT", "rooms/lobby/messages/2/pin")).Expect(204);
        (await mia.SendAsync("PUT", "rooms/lobby/messages/3/pin")).ExpectProblem(404, "not-found");

        var pins = (await node.As("bob").SendAsync("GET", "rooms/lobby/pins")).Expect(200);
        (pins["0.messageId"], pins["0.by"], pins["0.message.text"], pins["1.messageId"]).Should().Be(("2", "mia", "nicer", "1"));
        (await mia.SendAsync("DELETE", "rooms/lobby/messages/2/pin")).Expect(204);
        (await mia.SendAsync("DELETE", "rooms/lobby/messages/2/pin")).Expect(204);
        (await node.As("bob").SendAsync("GET", "rooms/lobby/pins")).Expect(200).Json.GetArrayLength().Should().Be(1);
    }

    [Fact]
    public async Task The_export_streams_the_whole_history_a_line_a_message()
    {
        await using var node = await StartAsync();
        for (var i = 0; i < 11; i++)
        {
            await node.Chat.SendManyAsync("lobby", [.. Enumerable.Range(1, 100).Select(n => new NewMessage("alice", $"line\n{(i * 100) + n}" + new string('x', 900)))], Cancelled);
        }

        var export = (await node.As("bob").SendAsync("GET", "rooms/lobby/export")).Expect(200);
        export.ContentType.Should().Be("application/x-ndjson");
        var lines = export.Text.Split('\n');
        lines.Should().HaveCount(1101).And.Subject.Last().Should().BeEmpty();
        lines[..^1].Select(line => JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()).Should().Equal(Enumerable.Range(1, 1100).Select(n => $"line\n{n}" + new string('x', 900)));
        (await node.As("bob").SendAsync("GET", "rooms/nowhere/export")).Expect(200).Text.Should().BeEmpty();
    }

    [Fact]
    public async Task A_client_can_poll_for_changes()
    {
        await using var node = await StartAsync();
        var alice = node.As("alice");
        await node.Chat.SendAsync("lobby", "bob", "one", Cancelled);
        var position = (await alice.SendAsync("GET", "rooms/lobby/messages")).Expect(200)["position"];
        await node.Chat.EditAsync("lobby", 1, "bob", "ONE", Cancelled);
        await node.Chat.SendAsync("lobby", "bob", "two", Cancelled);

        var changes = (await alice.SendAsync("GET", $"rooms/lobby/changes?after={position}")).Expect(200);
        (changes["events.0.kind"], changes["events.1.kind"], changes["events.2.kind"]).Should().Be(("edited", "created", null));
        (await alice.SendAsync("GET", $"rooms/lobby/changes?after={changes["position"]}")).Expect(200).Json.GetProperty("events").GetArrayLength().Should().Be(0);
        (await alice.SendAsync("GET", "rooms/lobby/changes?limit=1")).Expect(200)["hasMore"].Should().Be("True");
    }

    [Fact]
    public async Task Ids_of_every_character_are_addressed_in_a_path()
    {
        await using var node = await StartAsync();
        foreach (var room in new[] { "a/b", "ü ?#&+%", "{x}:y", "日本" })
        {
            var path = $"rooms/{Uri.EscapeDataString(room)}/messages";
            var sent = (await node.As("al/ice ü").SendAsync("POST", path, """{"text":"hi"}""")).Expect(201);

            (await node.Chat.GetAsync(room, 1, Cancelled))!.User.Should().Be("al/ice ü");
            (await node.As("bob").SendAsync("GET", sent.Location!)).Expect(200)["text"].Should().Be("hi");
        }
    }
}
