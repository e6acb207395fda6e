using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>A chat that shares the application's connection makes durable sends over a second one like it.</summary>
public sealed class SharedConnectionTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_durable_send_uses_a_second_connection_with_the_same_user_and_database()
    {
        await using var redis = await RedisProcess.StartAsync("--repl-diskless-sync-delay", "0", "--requirepass", "the other", "--masterauth", "the other");
        await using var replica = await RedisProcess.StartAsync("--replicaof", $"127.0.0.1 {redis.Port}", "--masterauth", "the other");
        await Poll.UntilAsync(async () => (await replica.AskAsync("ROLE"))[3] == "connected", "the replica is connected");
        await using var host = await ConnectionMultiplexer.ConnectAsync($"{redis.Configuration},password=the other,defaultDatabase=2");
        await using (var store = new RedisMessageStore(host))
        {
            var chat = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromSeconds(30) });
            (await chat.SendAsync("lobby", new NewMessage("alice", "hello"), Durability.Replicated(1, TimeSpan.FromSeconds(10)), Cancelled)).Id.Should().Be(1);
            (await chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages.Should().ContainSingle();
        }

        (await host.GetDatabase().HashExistsAsync("chatroom:{lobby}", "last")).Should().BeTrue("the application's connection stays open");
    }

    [Fact]
    public async Task A_configuration_that_cannot_be_read_back_is_refused_with_the_reason_and_other_sends_work()
    {
        await using var redis = await RedisProcess.StartAsync("--requirepass", "a,b");
        var configuration = ConfigurationOptions.Parse(redis.Configuration);
        configuration.Password = "a,b";
        await using var host = await ConnectionMultiplexer.ConnectAsync(configuration);
        await using var store = new RedisMessageStore(host);
        var chat = new Chat(store);

        (await chat.SendAsync("lobby", "alice", "hello", Cancelled)).Id.Should().Be(1);
        var error = await Assert.ThrowsAsync<NotSupportedException>(
            () => chat.SendAsync("lobby", new NewMessage("alice", "hello"), Durability.Replicated(1, TimeSpan.FromSeconds(1)), Cancelled));

        error.Message.Should().Contain("comma").And.Contain("ConfigurationOptions").And.NotContain("a,b");
    }

    [Fact]
    public async Task Certificates_that_the_second_connection_lacks_are_named()
    {
        await using var server = await TlsServer.StartAsync();
        var configuration = ConfigurationOptions.Parse(server.Configuration);
        configuration.TrustIssuer(server.AuthorityFile);
        await using var host = await ConnectionMultiplexer.ConnectAsync(configuration);
        await using var store = new RedisMessageStore(host);
        var chat = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromSeconds(10) });

        (await chat.SendAsync("lobby", "alice", "hello", Cancelled)).Id.Should().Be(1);
        var error = await Assert.ThrowsAsync<ChatUnavailableException>(
            () => chat.SendAsync("lobby", new NewMessage("alice", "hello"), Durability.Replicated(1, TimeSpan.FromSeconds(1)), Cancelled));

        error.MayHaveHappened.Should().BeFalse();
        error.Message.Should().Contain("certificates");
    }
}
