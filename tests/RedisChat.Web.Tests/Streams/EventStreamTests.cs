using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RedisChat.AspNetCore;
using RedisChat.IntegrationTests;

namespace RedisChat.Web.Tests;

public sealed class EventStreamTests(TestServer server) : IAsyncLifetime
{
    private readonly string _prefix = $"test-{Guid.NewGuid():N}";
    private readonly List<WebNode> _nodes = [];
    private readonly List<EventStreamReader> _streams = [];
    private WebNode _node = null!;

    public async ValueTask InitializeAsync() => _node = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        _streams.ForEach(stream => stream.Dispose());
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_message_arrives_at_the_clients_of_every_node()
    {
        var other = await StartAsync();
        var alice = await WatchAsync(_node, "alice", "rooms/lobby/events");
        var bob = await WatchAsync(other, "bob", "rooms/lobby/events");
        await alice.ReadToAsync("caughtUp");
        await bob.ReadToAsync("caughtUp");

        await _node.Chat.SendAsync("lobby", "alice", "hello");

        foreach (var stream in new[] { alice, bob })
        {
            var frame = await stream.ReadToAsync("created");
            frame.Text.Should().Be("hello");
            frame.Room.Should().Be("lobby");
        }
    }

    [Fact]
    public async Task Last_Event_ID_resumes_without_gaps_or_duplicates_at_another_node()
    {
        var first = await WatchAsync(_node, "alice", "rooms/lobby/events");
        await first.ReadToAsync("caughtUp");
        await _node.Chat.SendAsync("lobby", "bob", "1");
        var seen = await first.ReadToAsync("created");
        first.Dispose();
        await _node.Chat.SendAsync("lobby", "bob", "2");
        await _node.Chat.SendAsync("lobby", "bob", "3");

        var second = await WatchAsync(await StartAsync(), "alice", "rooms/lobby/events", lastEventId: seen.Id);

        var texts = new List<string?>();
        for (var frame = await second.ReadAsync(); frame!.Kind != "caughtUp"; frame = await second.ReadAsync())
        {
            if (!frame.IsComment)
            {
                texts.Add(frame.Text);
            }
        }

        texts.Should().Equal("2", "3");
    }

    [Fact]
    public async Task A_gap_has_no_id_so_that_a_client_that_did_not_reload_finds_it_again()
    {
        await _node.Chat.SendAsync("lobby", "bob", "1");
        var lost = RoomPosition.Parse("abc.7.1.0");

        for (var attempt = 1; attempt <= 2; attempt++)
        {
            var stream = await WatchAsync(_node, "alice", $"rooms/lobby/events?after={lost}");
            (await stream.ReadToAsync("gap")).Id.Should().BeNull();
        }
    }

    [Fact]
    public async Task A_client_far_behind_gets_a_gap_instead_of_everything()
    {
        var node = await StartAsync(options => options.MaxCatchUp = 10);
        var seen = await _node.Chat.SendAsync("lobby", "bob", "0");
        await _node.Chat.SendManyAsync("lobby", [.. Enumerable.Range(1, 11).Select(i => new NewMessage("bob", $"{i}"))]);

        var stream = await WatchAsync(node, "alice", $"rooms/lobby/events?after={seen.Position}");

        (await stream.ReadToAsync(frame => frame.Kind is "created" or "gap")).Kind.Should().Be("gap");
    }

    [Fact]
    public async Task Typing_has_no_id()
    {
        var stream = await WatchAsync(_node, "alice", "rooms/lobby/events");
        await stream.ReadToAsync("caughtUp");

        await _node.Chat.Room("lobby").Presence.TypingAsync("bob");

        (await stream.ReadToAsync("typing")).Id.Should().BeNull();
    }

    [Fact]
    public async Task One_stream_carries_many_rooms_to_which_rooms_are_added_and_from_which_they_are_removed()
    {
        var client = _node.As("alice");
        var stream = await OpenManyAsync(client, """{"rooms":[{"room":"a"},{"room":"b"}]}""");
        var id = (await stream.ReadToAsync(frame => frame.Event == "opened")).Json.GetProperty("stream").GetString();
        await stream.ReadToAsync("caughtUp");
        await stream.ReadToAsync("caughtUp");
        var before = await _node.Chat.SendAsync("c", "bob", "c0");
        await _node.Chat.SendAsync("c", "bob", "c1");

        using var changed = await client.PostAsync($"stream/{id}", Json($$"""{"add":[{"room":"c","after":"{{before.Position}}"}],"remove":["a","never"]}"""), Limit.Token);

        changed.StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await stream.ReadToAsync("created")).Text.Should().Be("c1");
        await _node.Chat.SendAsync("a", "bob", "a1");
        await _node.Chat.SendAsync("b", "bob", "b1");
        (await stream.ReadToAsync("created")).Text.Should().Be("b1", "a was removed");
    }

    [Fact]
    public async Task A_stream_of_another_node_or_user_is_not_here()
    {
        var stream = await OpenManyAsync(_node.As("alice"), "{}");
        var id = (await stream.ReadToAsync(frame => frame.Event == "opened")).Json.GetProperty("stream").GetString();
        var other = await StartAsync();

        foreach (var client in new[] { other.As("alice"), _node.As("mallory") })
        {
            using var answer = await client.PostAsync($"stream/{id}", Json("""{"add":[{"room":"a"}]}"""), Limit.Token);
            answer.StatusCode.Should().Be(HttpStatusCode.NotFound);
            (await answer.Content.ReadFromJsonAsync<JsonElement>(Limit.Token)).GetProperty("code").GetString().Should().Be(ProblemCodes.StreamNotHere);
        }
    }

    [Fact]
    public async Task The_inbox_comes_with_the_stream()
    {
        await _node.Chat.Room("lobby").Members.JoinAsync("alice");
        var stream = await OpenManyAsync(_node.As("alice"), """{"inbox":true}""");
        (await stream.ReadToAsync(frame => frame.Event == "inbox")).Room.Should().Be("lobby");

        await _node.Chat.SendAsync("lobby", "bob", "hello");

        await stream.ReadToAsync(frame => frame.Event == "inbox" && frame.Json.GetProperty("now").GetProperty("unread").GetProperty("count").GetInt32() == 1);
    }

    [Fact]
    public async Task Drafts_come_with_the_stream_that_asks_for_them_as_they_are_and_as_they_change()
    {
        await _node.Chat.User("alice").Drafts.SaveAsync("lobby", "Dear");
        var stream = await OpenManyAsync(_node.As("alice"), """{"drafts":true}""");
        (await NextAsync()).Should().Be(("lobby", "Dear"));

        await _node.Chat.User("bob").Drafts.SaveAsync("lobby", "of bob");
        await _node.Chat.User("alice").Drafts.SaveAsync("other", "Hello");
        (await NextAsync()).Should().Be(("other", "Hello"));
        await _node.Chat.User("alice").Drafts.DiscardAsync("lobby");
        (await NextAsync()).Should().Be(("lobby", null));

        await _node.Chat.RevokeAsync("alice");
        (await stream.ReadToAsync(frame => frame.Event == "end")).Code.Should().Be("revoked");

        async Task<(string? Room, string? Text)> NextAsync()
        {
            var frame = await stream.ReadToAsync(frame => frame.Event == "draft");
            return (frame.Room, frame.Json.TryGetProperty("now", out var now) ? now.GetProperty("text").GetString() : null);
        }
    }

    [Fact]
    public async Task A_user_is_present_while_the_stream_is_open()
    {
        var bob = await WatchAsync(_node, "bob", "rooms/lobby/events");
        await bob.ReadToAsync("caughtUp");

        var alice = await WatchAsync(_node, "alice", "rooms/lobby/events?present=true");

        (await bob.ReadToAsync("entered")).Json.GetProperty("event").GetProperty("user").GetString().Should().Be("alice");
        alice.Dispose();
        (await bob.ReadToAsync("left")).Json.GetProperty("event").GetProperty("user").GetString().Should().Be("alice");
    }

    [Fact]
    public async Task A_banned_users_stream_ends_on_every_node()
    {
        var other = await StartAsync();
        await _node.Chat.Room("lobby").Members.JoinAsync("eve");
        var single = await WatchAsync(other, "eve", "rooms/lobby/events");
        var many = await OpenManyAsync(other.As("eve"), """{"rooms":[{"room":"lobby"},{"room":"other"}]}""");
        await single.ReadToAsync("caughtUp");
        await many.ReadToAsync(frame => frame.Kind == "caughtUp" && frame.Room == "lobby");

        await _node.Chat.Room("lobby").Members.BanAsync("eve", Actor.Application);
        await _node.Chat.SendAsync("lobby", "bob", "not for eve");

        var frames = await single.ReadToEndAsync();
        frames.Select(frame => frame.Event).Should().Equal("failed", "end");
        frames[0].Json.GetProperty("reason").GetString().Should().Be("banned");
        (await many.ReadToAsync(frame => frame.Event == "failed" || frame.Kind == "created")).Event.Should().Be("failed");
        await _node.Chat.SendAsync("other", "bob", "for eve");
        (await many.ReadToAsync("created")).Text.Should().Be("for eve");
    }

    [Fact]
    public async Task A_user_who_is_revoked_must_sign_in_again()
    {
        var stream = await OpenManyAsync(_node.As("alice"), """{"rooms":[{"room":"lobby"}]}""");
        await stream.ReadToAsync("caughtUp");

        await _node.Chat.RevokeAsync("alice");

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

    [Fact]
    public async Task A_shutdown_ends_all_streams_at_once_and_says_to_come_back()
    {
        // The clock stands still, so no connection is cut before its last event, however slow the machine is.
        var node = await StartAsync(services: services => services.AddSingleton<TimeProvider>(new FakeTimeProvider(DateTimeOffset.UtcNow)));
        var stream = await WatchAsync(node, "alice", "rooms/lobby/events");
        await stream.ReadToAsync("caughtUp");

        var stopped = node.StopAsync();

        var end = (await stream.ReadToEndAsync())[^1];
        (end.Event, end.Code, end.Json.GetProperty("retry").GetBoolean()).Should().Be(("end", ProblemCodes.Shutdown, true));

        // Kestrel by itself waits 30 s for open requests.
        await stopped.WaitAsync(TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task Headers_and_a_sign_of_life_come_although_Redis_is_away()
    {
        var node = await StartAsync(options => options.Heartbeat = TimeSpan.FromSeconds(1), redis: $"127.0.0.1:{FreePort.Find()},connectTimeout=500");

        var stream = await WatchAsync(node, "alice", "rooms/lobby/events");

        stream.Response.Content.Headers.ContentType!.MediaType.Should().Be("text/event-stream");
        (await stream.ReadAsync())!.IsComment.Should().BeTrue();
        (await stream.ReadAsync())!.IsComment.Should().BeTrue("the heartbeat follows");
    }

    [Fact]
    public async Task All_clients_share_one_encoding_of_an_event()
    {
        // Not with the first message of a room: that is read from the store.
        await _node.Chat.SendAsync("lobby", "bob", "before");
        var watchers = Enumerable.Range(0, 3).Select(_ => _node.Chat.WatchAsync("lobby").GetAsyncEnumerator()).ToList();
        var encoded = new EncodedEvents();
        var seen = new List<EncodedEvent>();
        foreach (var watcher in watchers)
        {
            await watcher.MoveNextAsync();
        }

        await _node.Chat.SendAsync("lobby", "bob", "hello");
        foreach (var watcher in watchers)
        {
            await watcher.MoveNextAsync();
            seen.Add(encoded.Of("lobby", watcher.Current));
            await watcher.DisposeAsync();
        }

        seen.Should().OnlyContain(one => ReferenceEquals(one, seen[0]));
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

    private static StringContent Json(string json) => new(json, System.Text.Encoding.UTF8, "application/json");

    private async Task<WebNode> StartAsync(Action<ChatWebOptions>? web = null, Action<IRedisChatBuilder>? chat = null, string? redis = null, Action<IServiceCollection>? services = null)
    {
        var node = await WebNode.StartAsync(redis ?? server.Require(), _prefix, web, chat, services);
        _nodes.Add(node);
        return node;
    }

    private async Task<EventStreamReader> WatchAsync(WebNode node, string user, string path, string? lastEventId = null)
    {
        var stream = await EventStreamReader.OpenAsync(node.As(user), path, lastEventId);
        _streams.Add(stream);
        return stream;
    }

    private async Task<EventStreamReader> OpenManyAsync(HttpClient client, string request)
    {
        var stream = await EventStreamReader.OpenAsync(client, new HttpRequestMessage(HttpMethod.Post, "stream") { Content = Json(request) });
        _streams.Add(stream);
        return stream;
    }
}
