using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using RedisChat.AspNetCore;
using RedisChat.IntegrationTests;

namespace RedisChat.Web.Tests;

/// <summary>Which streams are refused, and when a user loses one.</summary>
public sealed class StreamAccessTests(TestServer server) : EventStreamTestBase(server)
{
    [Fact]
    public async Task A_banned_users_stream_ends_on_every_node()
    {
        var other = await StartAsync();
        await Node.Chat.Room("lobby").Members.JoinAsync("eve");
        var single = await WatchAsync(other, "eve", "rooms/lobby/events");
        var many = await OpenManyAsync(other.As("eve"), """{"rooms":[{"room":"lobby"},{"room":"other"}]}""");
        await single.ReadToAsync("caughtUp");
        await many.ReadToAsync(frame => frame.Kind == "caughtUp" && frame.Room == "lobby");

        await Node.Chat.Room("lobby").Members.BanAsync("eve", Actor.Application);
        await Node.Chat.SendAsync("lobby", "bob", "not for eve");

        var frames = await single.ReadToEndAsync();
        frames.Select(frame => frame.Event).Should().Equal("failed", "end");
        frames[0].Json.GetProperty("reason").GetString().Should().Be("banned");
        (await many.ReadToAsync(frame => frame.Event == "failed" || frame.Kind == "created")).Event.Should().Be("failed");
        await Node.Chat.SendAsync("other", "bob", "for eve");
        (await many.ReadToAsync("created")).Text.Should().Be("for eve");
    }

    [Fact]
    public async Task A_user_who_is_revoked_must_sign_in_again()
    {
        var stream = await OpenManyAsync(Node.As("alice"), """{"rooms":[{"room":"lobby"}]}""");
        await stream.ReadToAsync("caughtUp");

        await Node.Chat.RevokeAsync("alice");

        var end = (await stream.ReadToEndAsync())[^1];
        (end.Event, end.Code, end.Json.GetProperty("retry").GetBoolean()).Should().Be(("end", ProblemCodes.Revoked, false));
    }

    [Fact]
    public async Task The_application_is_asked_again_while_a_stream_is_open()
    {
        var node = await StartAsync(options => options.AccessInterval = TimeSpan.FromSeconds(1), chat => chat.AddAccess<ChangingAccess>());
        var access = (ChangingAccess)node.Access;
        var stream = await OpenManyAsync(node.As("alice"), """{"rooms":[{"room":"a"},{"room":"b"}]}""");
        await stream.ReadToAsync("caughtUp");

        access.Closed = "a";
        var failed = await stream.ReadToAsync(frame => frame.Event == "failed");
        (failed.Room, failed.Json.GetProperty("reason").GetString()).Should().Be(("a", "access"));

        access.IsSignedOut = true;
        (await stream.ReadToEndAsync())[^1].Code.Should().Be(ProblemCodes.Unauthenticated);
    }

    [Theory]
    [InlineData("rooms/lobby/events?after=nonsense", null, "after")]
    [InlineData("rooms/lobby/events?present=perhaps", null, "present")]
    [InlineData("rooms/%01/events", null, "id")]
    [InlineData("stream", """{"rooms":[{"room":""}]}""", "room")]
    [InlineData("stream", """{"rooms":[null]}""", "room")]
    [InlineData("stream", """{"rooms":[{"room":"a","after":"nonsense"}]}""", "rooms[0].after")]
    [InlineData("stream", """{"rooms":[{"room":"a"},{"room":"b"},{"room":"c"},{"room":"d"}]}""", "rooms")]
    public async Task Input_that_is_not_valid_is_refused_before_a_stream_begins(string path, string? body, string parameter)
    {
        var client = (await StartAsync(options => options.MaxRoomsPerStream = 3)).As("alice");

        using var answer = body is null ? await client.GetAsync(path, Limit.Token) : await client.PostAsync(path, Json(body), Limit.Token);

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Limit.Token);
        problem.GetProperty("code").GetString().Should().Be(ProblemCodes.Invalid);
        problem.GetProperty("parameter").GetString().Should().Be(parameter);
    }

    [Fact]
    public async Task A_user_has_a_limit_of_streams()
    {
        var node = await StartAsync(options => options.MaxStreamsPerUser = 2);
        await WatchAsync(node, "alice", "rooms/a/events");
        await WatchAsync(node, "alice", "rooms/b/events");
        await WatchAsync(node, "bob", "rooms/b/events");

        using var third = await node.As("alice").GetAsync("rooms/c/events", HttpCompletionOption.ResponseHeadersRead, Limit.Token);

        third.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        third.Headers.RetryAfter.Should().NotBeNull();
        (await third.Content.ReadFromJsonAsync<JsonElement>(Limit.Token)).GetProperty("reason").GetString().Should().Be("streams");
    }
}
