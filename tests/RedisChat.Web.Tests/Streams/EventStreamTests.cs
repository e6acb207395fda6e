using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RedisChat.AspNetCore;
using RedisChat.IntegrationTests;

namespace RedisChat.Web.Tests;

/// <summary>What comes over the stream of a room, and how a client continues it.</summary>
public sealed class EventStreamTests(TestServer server) : EventStreamTestBase(server)
{
    [Fact]
    public async Task A_message_arrives_at_the_clients_of_every_node()
    {
        var other = await StartAsync();
        var alice = await WatchAsync(Node, "alice", "rooms/lobby/events");
        var bob = await WatchAsync(other, "bob", "rooms/lobby/events");
        await alice.ReadToAsync("caughtUp");
        await bob.ReadToAsync("caughtUp");

        await Node.Chat.SendAsync("lobby", "alice", "hello");

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
        var first = await WatchAsync(Node, "alice", "rooms/lobby/events");
        await first.ReadToAsync("caughtUp");
        await Node.Chat.SendAsync("lobby", "bob", "1");
        var seen = await first.ReadToAsync("created");
        first.Dispose();
        await Node.Chat.SendAsync("lobby", "bob", "2");
        await Node.Chat.SendAsync("lobby", "bob", "3");

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
        await Node.Chat.SendAsync("lobby", "bob", "1");
        var lost = RoomPosition.Parse("abc.7.1.0");

        for (var attempt = 1; attempt <= 2; attempt++)
        {
            var stream = await WatchAsync(Node, "alice", $"rooms/lobby/events?after={lost}");
            (await stream.ReadToAsync("gap")).Id.Should().BeNull();
        }
    }

    [Fact]
    public async Task A_client_far_behind_gets_a_gap_instead_of_everything()
    {
        var node = await StartAsync(options => options.MaxCatchUp = 10);
        var seen = await Node.Chat.SendAsync("lobby", "bob", "0");
        await Node.Chat.SendManyAsync("lobby", [.. Enumerable.Range(1, 11).Select(i => new NewMessage("bob", $"{i}"))]);

        var stream = await WatchAsync(node, "alice", $"rooms/lobby/events?after={seen.Position}");

        (await stream.ReadToAsync(frame => frame.Kind is "created" or "gap")).Kind.Should().Be("gap");
    }

    [Fact]
    public async Task Typing_has_no_id()
    {
        var stream = await WatchAsync(Node, "alice", "rooms/lobby/events");
        await stream.ReadToAsync("caughtUp");

        await Node.Chat.Room("lobby").Presence.TypingAsync("bob");

        (await stream.ReadToAsync("typing")).Id.Should().BeNull();
    }

    [Fact]
    public async Task A_user_is_present_while_the_stream_is_open()
    {
        var bob = await WatchAsync(Node, "bob", "rooms/lobby/events");
        await bob.ReadToAsync("caughtUp");

        var alice = await WatchAsync(Node, "alice", "rooms/lobby/events?present=true");

        (await bob.ReadToAsync("entered")).Json.GetProperty("event").GetProperty("user").GetString().Should().Be("alice");
        alice.Dispose();
        (await bob.ReadToAsync("left")).Json.GetProperty("event").GetProperty("user").GetString().Should().Be("alice");
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
        await Node.Chat.SendAsync("lobby", "bob", "before");
        var watchers = Enumerable.Range(0, 3).Select(_ => Node.Chat.WatchAsync("lobby").GetAsyncEnumerator()).ToList();
        var encoded = new EncodedEvents();
        var seen = new List<EncodedEvent>();
        foreach (var watcher in watchers)
        {
            await watcher.MoveNextAsync();
        }

        await Node.Chat.SendAsync("lobby", "bob", "hello");
        foreach (var watcher in watchers)
        {
            await watcher.MoveNextAsync();
            seen.Add(encoded.Of("lobby", watcher.Current));
            await watcher.DisposeAsync();
        }

        seen.Should().OnlyContain(one => ReferenceEquals(one, seen[0]));
    }
}
