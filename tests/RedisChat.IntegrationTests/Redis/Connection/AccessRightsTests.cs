using RedisChat.Conformance;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>The access rights in docs/operations.md are enough for the chat, and allow nothing else.</summary>
public sealed class AccessRightsTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Under_the_documented_rights_everything_works_and_nothing_else_can_be_reached()
    {
        await using var redis = await RedisProcess.StartAsync();
        await redis.AskAsync(DocumentedRights.Default.GrantTo("chat"));
        var configuration = ConfigurationOptions.Parse($"{redis.Configuration},user=chat,password=secret");
        await using var store = new RedisMessageStore(configuration);
        var chat = new Chat(store);

        await using var log = new WatchLog(chat.WatchAsync("lobby"));
        await log.CaughtUpAsync();
        var message = new NewMessage("alice", "hello") { IdempotencyKey = "key" };
        await chat.SendAsync("lobby", message, Cancelled);
        (await chat.SendAsync("lobby", message, Cancelled)).IsDuplicate.Should().BeTrue();
        await chat.SendManyAsync("lobby", [.. Enumerable.Range(0, 128).Select(n => new NewMessage($"user{n}", "hello"))], Cancelled);
        await chat.EditAsync("lobby", 1, "alice", "changed", Cancelled);
        await chat.DeleteAsync("lobby", 2, "user0", cancellationToken: Cancelled);
        (await chat.GetAsync("lobby", 1, Cancelled))!.Text.Should().Be("changed");
        (await chat.ReceiveAsync("lobby", new MessageQuery { User = "alice" }, Cancelled)).Messages.Should().ContainSingle();
        (await chat.ReadChangesAsync("lobby", RoomPosition.Start, cancellationToken: Cancelled)).Events.Should().HaveCount(128);
        var whole = await chat.ReceiveAsync("lobby", new MessageQuery { Limit = 1000 }, Cancelled);
        await log.ReachesAsync(whole.Position);
        log.Room.Should().Equal(whole.Messages);
        (await chat.CheckHealthAsync(TimeSpan.FromSeconds(20), Cancelled)).IsHealthy.Should().BeTrue();
        (await chat.User("user1").EraseAsync(cancellationToken: Cancelled)).Findings!.IsClean.Should().BeTrue();

        await using var elsewhere = new RedisMessageStore(configuration, new RedisStoreOptions { KeyPrefix = "elsewhere" });
        var error = await Assert.ThrowsAsync<ChatException>(() => new Chat(elsewhere).SendAsync("lobby", "alice", "hello", Cancelled));
        error.Message.Should().Contain("docs/operations.md");
    }

    [Fact]
    public async Task Sends_that_wait_for_replicas_need_one_more_right_and_without_it_nothing_is_written()
    {
        await using var redis = await RedisProcess.StartAsync("--repl-diskless-sync-delay", "0");
        await using var replica = await RedisProcess.StartAsync("--replicaof", $"127.0.0.1 {redis.Port}");
        await Poll.UntilAsync(async () => (await replica.AskAsync("ROLE"))[3] == "connected", "the replica is connected");
        await redis.AskAsync(DocumentedRights.Default.GrantTo("chat", "-wait"));
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse($"{redis.Configuration},user=chat,password=secret"));
        var chat = new Chat(store, new ChatOptions { Durability = Durability.Replicated(1, TimeSpan.FromSeconds(10)) });

        var error = await Assert.ThrowsAsync<ChatException>(() => chat.SendAsync("lobby", "alice", "hello", Cancelled));
        error.Message.Should().Contain("docs/operations.md");
        (await chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages.Should().BeEmpty();

        await redis.AskAsync("ACL", "SETUSER", "chat", "+wait");
        (await chat.SendAsync("lobby", "alice", "hello", Cancelled)).Id.Should().Be(1);
    }
}
