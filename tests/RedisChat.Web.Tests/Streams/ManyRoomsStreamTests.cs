using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using RedisChat.AspNetCore;
using RedisChat.IntegrationTests;

namespace RedisChat.Web.Tests;

/// <summary>One stream for many rooms, the inbox and drafts.</summary>
public sealed class ManyRoomsStreamTests(TestServer server) : EventStreamTestBase(server)
{
    [Fact]
    public async Task One_stream_carries_many_rooms_to_which_rooms_are_added_and_from_which_they_are_removed()
    {
        var client = Node.As("alice");
        var stream = await OpenManyAsync(client, """{"rooms":[{"room":"a"},{"room":"b"}]}""");
        var id = (await stream.ReadToAsync(frame => frame.Event == "opened")).Json.GetProperty("stream").GetString();
        await stream.ReadToAsync("caughtUp");
        await stream.ReadToAsync("caughtUp");
        var before = await Node.Chat.SendAsync("c", "bob", "c0");
        await Node.Chat.SendAsync("c", "bob", "c1");

        using var changed = await client.PostAsync($"stream/{id}", Json($$"""{"add":[{"room":"c","after":"{{before.Position}}"}],"remove":["a","never"]}"""), Limit.Token);

        changed.StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await stream.ReadToAsync("created")).Text.Should().Be("c1");
        await Node.Chat.SendAsync("a", "bob", "a1");
        await Node.Chat.SendAsync("b", "bob", "b1");
        (await stream.ReadToAsync("created")).Text.Should().Be("b1", "a was removed");
    }

    [Fact]
    public async Task A_stream_of_another_node_or_user_is_not_here()
    {
        var stream = await OpenManyAsync(Node.As("alice"), "{}");
        var id = (await stream.ReadToAsync(frame => frame.Event == "opened")).Json.GetProperty("stream").GetString();
        var other = await StartAsync();

        foreach (var client in new[] { other.As("alice"), Node.As("mallory") })
        {
            using var answer = await client.PostAsync($"stream/{id}", Json("""{"add":[{"room":"a"}]}"""), Limit.Token);
            answer.StatusCode.Should().Be(HttpStatusCode.NotFound);
            (await answer.Content.ReadFromJsonAsync<JsonElement>(Limit.Token)).GetProperty("code").GetString().Should().Be(ProblemCodes.StreamNotHere);
        }
    }

    [Fact]
    public async Task The_inbox_comes_with_the_stream()
    {
        await Node.Chat.Room("lobby").Members.JoinAsync("alice");
        var stream = await OpenManyAsync(Node.As("alice"), """{"inbox":true}""");
        (await stream.ReadToAsync(frame => frame.Event == "inbox")).Room.Should().Be("lobby");

        await Node.Chat.SendAsync("lobby", "bob", "hello");

        await stream.ReadToAsync(frame => frame.Event == "inbox" && frame.Json.GetProperty("now").GetProperty("unread").GetProperty("count").GetInt32() == 1);
    }

    [Fact]
    public async Task Drafts_come_with_the_stream_that_asks_for_them_as_they_are_and_as_they_change()
    {
        await Node.Chat.User("alice").Drafts.SaveAsync("lobby", "Dear");
        var stream = await OpenManyAsync(Node.As("alice"), """{"drafts":true}""");
        (await NextAsync()).Should().Be(("lobby", "Dear"));

        await Node.Chat.User("bob").Drafts.SaveAsync("lobby", "of bob");
        await Node.Chat.User("alice").Drafts.SaveAsync("other", "Hello");
        (await NextAsync()).Should().Be(("other", "Hello"));
        await Node.Chat.User("alice").Drafts.DiscardAsync("lobby");
        (await NextAsync()).Should().Be(("lobby", null));

        await Node.Chat.RevokeAsync("alice");
        (await stream.ReadToAsync(frame => frame.Event == "end")).Code.Should().Be("revoked");

        async Task<(string? Room, string? Text)> NextAsync()
        {
            var frame = await stream.ReadToAsync(frame => frame.Event == "draft");
            return (frame.Room, frame.Json.TryGetProperty("now", out var now) ? now.GetProperty("text").GetString() : null);
        }
    }
}
