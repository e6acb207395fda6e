using RedisChat.AspNetCore;
using RedisChat.IntegrationTests;

namespace RedisChat.Web.Tests;

public sealed class ExpiryEndpointTests(TestServer server) : EndpointTests(server)
{
    [Fact]
    public async Task A_message_expires_and_a_node_deletes_it()
    {
        await using var node = await StartAsync(chat: chat => chat.AddRoomUpkeep().Configure(options => options.Upkeep.PollInterval = TimeSpan.FromMilliseconds(100)));
        var alice = node.As("alice");
        (await alice.SendAsync("POST", "rooms/lobby/messages", """{"text":"stays"}""")).Expect(201);

        // From here on the watcher is told of the deletion, even if it comes before the watcher hears of the message.
        await using var watched = node.Chat.WatchAsync("lobby", RoomPosition.Start, Limit.Token).GetAsyncEnumerator(Limit.Token);
        while (await watched.MoveNextAsync() && watched.Current is not RoomEvent.CaughtUp)
        {
        }

        (await alice.SendAsync("POST", "rooms/lobby/messages", """{"text":"soon gone","expiresAfter":1}""")).Expect(201);

        while (await watched.MoveNextAsync() && watched.Current is not RoomEvent.DeletedMany)
        {
            (watched.Current is RoomEvent.Created { Message.ExpiresAt: null }).Should().BeFalse();
        }

        (await alice.SendAsync("GET", "rooms/lobby/messages/2")).ExpectProblem(404, "not-found");
    }

    [Fact]
    public async Task Settings_of_the_application_are_shown_and_kept()
    {
        await using var node = await StartAsync();
        var about = new RoomAbout { Name = "club", MessagesExpireAfter = TimeSpan.FromDays(7), Retention = new RetentionPolicy { MaxMessages = 1000 } };
        await node.Chat.Rooms.CreateAsync("club", about, owner: "alice", cancellationToken: Cancelled);

        var info = (await node.As("alice").SendAsync("PATCH", "rooms/club", """{"topic":"chess"}""")).Expect(200);

        (info["about.messagesExpireAfter"], info["about.retention.maxMessages"], info["about.topic"]).Should().Be(("7.00:00:00", "1000", "chess"));
    }
}
