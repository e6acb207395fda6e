using System.Globalization;
using RedisChat.AspNetCore;
using RedisChat.IntegrationTests;

namespace RedisChat.Web.Tests;

public sealed class ScheduleEndpointTests(TestServer server) : EndpointTests(server)
{
    [Fact]
    public async Task A_message_is_scheduled_listed_changed_and_canceled_by_its_user_alone()
    {
        await using var node = await StartAsync();
        var (alice, bob) = (node.As("alice"), node.As("bob"));
        var later = DateTimeOffset.UtcNow.AddDays(1).ToString("O", CultureInfo.InvariantCulture);

        var scheduled = (await alice.SendAsync("POST", "rooms/lobby/scheduled", $$"""{"text":"happy birthday","sendAt":"{{later}}","metadata":{"a":"b"} }""")).Expect(201);
        var one = $"rooms/lobby/scheduled/{scheduled["id"]}";
        (scheduled["room"], scheduled["message.text"], scheduled["message.metadata.a"], scheduled["failure"]).Should().Be(("lobby", "happy birthday", "b", null));
        (await alice.SendAsync("GET", "rooms/lobby/scheduled")).Expect(200)["0.id"].Should().Be(scheduled["id"]);
        (await bob.SendAsync("GET", "rooms/lobby/scheduled")).Expect(200).Text.Should().Be("[]");
        (await bob.SendAsync("PATCH", one, """{"text":"mine"}""")).ExpectProblem(404, "not-found");
        (await bob.SendAsync("DELETE", one)).ExpectProblem(404, "not-found");

        var changed = (await alice.SendAsync("PATCH", one, """{"text":"Happy birthday!"}""")).Expect(200);
        (changed["message.text"], changed["sendAt"]).Should().Be(("Happy birthday!", scheduled["sendAt"]));
        (await alice.SendAsync("DELETE", one)).Expect(204);
        (await alice.SendAsync("DELETE", one)).ExpectProblem(404, "not-found");
        (await alice.SendAsync("GET", "rooms/lobby/messages")).Expect(200)["messages.0.id"].Should().BeNull();
    }

    [Theory]
    [InlineData("""{"text":"","sendAt":"2035-01-01T00:00:00Z"}""")]
    [InlineData("""{"text":"no time"}""")]
    [InlineData("""{"text":"never","sendAt":"2999-01-01T00:00:00Z"}""")]
    [InlineData("""{"text":"too short","sendAt":"2035-01-01T00:00:00Z","expiresAfter":0}""")]
    [InlineData("{}")]
    public async Task What_cannot_be_sent_is_not_scheduled(string body)
    {
        await using var node = await StartAsync();

        (await node.As("alice").SendAsync("POST", "rooms/lobby/scheduled", body)).ExpectProblem(400, "invalid");
        (await node.As("alice").SendAsync("DELETE", "rooms/lobby/scheduled/x")).ExpectProblem(400, "invalid");
        (await node.As("alice").SendAsync("GET", "rooms/lobby/scheduled")).Expect(200).Text.Should().Be("[]");
    }

    [Fact]
    public async Task A_node_sends_what_is_due()
    {
        await using var node = await StartAsync(chat: chat => chat.AddScheduleSender());
        var now = DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture);

        (await node.As("alice").SendAsync("POST", "rooms/lobby/scheduled", $$"""{"text":"now","sendAt":"{{now}}","expiresAfter":3600}""")).Expect(201);

        await foreach (var happened in node.Chat.WatchAsync("lobby", RoomPosition.Start, Cancelled))
        {
            if (happened is RoomEvent.Created created)
            {
                (created.Message.User, created.Message.Text, created.Message.ExpiresAt - created.Message.Timestamp).Should().Be(("alice", "now", TimeSpan.FromHours(1)));
                break;
            }
        }
    }
}
