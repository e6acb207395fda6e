using System.Globalization;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RedisChat.IntegrationTests;
using StackExchange.Redis;

namespace RedisChat.Web.Tests;

/// <summary>Old messages are in an archive that this node cannot reach.</summary>
public sealed class ArchiveFailureTests(TestServer server) : EndpointTests(server)
{
    private const string Key = "test-archive:{lobby}";

    [Fact]
    public async Task Without_the_archive_old_messages_are_unavailable_and_recent_ones_are_not()
    {
        var directory = Directory.CreateTempSubdirectory("redischat-archive-");
        using var log = new CapturedLog();
        try
        {
            await using var redis = await RedisProcess.StartAsync();
            await FillAsync(redis);
            await using var complete = await WebNode.StartAsync(redis.Configuration, "test-archive", chat: chat => chat.AddFileArchive(directory.FullName));
            await using var node = await WebNode.StartAsync(redis.Configuration, "test-archive", services: services => services.AddSingleton<ILoggerProvider>(log));
            (await complete.Chat.Room("lobby").ArchiveMessagesAsync(new ArchivePolicy { KeepMessages = 1 }, cancellationToken: Cancelled)).Moved.Should().BePositive();
            var alice = node.As("alice");

            (await complete.As("alice").SendAsync("GET", "rooms/lobby/messages/5")).Expect(200)["text"].Should().Be("text 5");
            (await alice.SendAsync("GET", "rooms/lobby/messages?limit=5")).Expect(200)["messages.4.text"].Should().Be("text 600");
            foreach (var (method, path, body) in new[]
            {
                ("GET", "rooms/lobby/messages?before=10", null), ("GET", "rooms/lobby/messages/5", null), ("PATCH", "rooms/lobby/messages/5", """{"text":"edited"}"""),
                ("PUT", "rooms/lobby/messages/5/reactions/heart", null), ("DELETE", "rooms/lobby/messages/5", null), ("POST", "rooms/lobby/messages", """{"text":"a reply","replyTo":5}"""),
            })
            {
                var problem = (await alice.SendAsync(method, path, body)).ExpectProblem(503, "unavailable");
                problem["title"].Should().Be("Old messages could not be reached. Nothing was changed. Try again.");
                problem.Header("Retry-After").Should().Be("1");
                problem.Text.Should().NotContainAny("AddFileArchive", "Exception", "lobby", "isLogged");
            }

            await using var hub = await HubClient.ConnectAsync(node, "alice");
            (await FluentActions.Awaiting(() => hub.Connection.InvokeAsync<Message?>("GetMessage", "lobby", 5, Limit.Token)).Should().ThrowAsync<HubException>())
                .WithMessage("*unavailable: Old messages could not be reached. Nothing was changed. Try again.");

            // Whoever looks after the node must learn that it lacks the archive.
            log.Errors.Where(entry => entry.Exception is ChatArchiveException).Should().HaveCount(7).And.OnlyContain(entry => !entry.Text.Contains("lobby"));
            (await complete.As("alice").SendAsync("GET", "rooms/lobby/messages/5")).Expect(200)["text"].Should().Be("text 5");
            (await node.Chat.Rooms.GetInfoAsync("lobby", Cancelled)).LastMessageId.Should().Be(600);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>Fills the room. It is prepared for its archive, since some time.</summary>
    private static async Task FillAsync(RedisProcess redis)
    {
        await using (var node = await WebNode.StartAsync(redis.Configuration, "test-archive"))
        {
            foreach (var numbers in Enumerable.Range(1, 600).Chunk(ChatLimits.MaxBatchSize))
            {
                await node.Chat.SendManyAsync("lobby", [.. numbers.Select(n => new NewMessage("alice", $"text {n}"))], Cancelled);
            }
        }

        await using var admin = await redis.ConnectAsync();
        var since = DateTimeOffset.UtcNow.AddMinutes(-10).ToUnixTimeMilliseconds() * 1000;
        await admin.GetDatabase().HashSetAsync(Key, [new("archived", string.Create(CultureInfo.InvariantCulture, $"0 {since} 0")), new("uses", "o")]);
    }
}
