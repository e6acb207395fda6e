using RedisChat.Conformance;
using RedisChat.Redis;
using StackExchange.Redis;
using StackExchange.Redis.KeyspaceIsolation;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>Options of the client library that change names, databases or commands: each works, or is refused with an explanation.</summary>
public sealed class ClientOptionsTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("channelPrefix=shop:", false)]
    [InlineData("channelPrefix=shop:", true)]
    [InlineData("defaultDatabase=3", false)]
    [InlineData("defaultDatabase=3", true)]
    [InlineData("channelPrefix=shop:,defaultDatabase=3", false)]
    [InlineData("protocol=resp3", false)]
    public async Task Events_arrive_live_with_options_that_change_channels_and_databases(string option, bool isShared)
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var host = await ConnectionMultiplexer.ConnectAsync($"{redis.Configuration},{option}");
        await using var store = isShared
            ? new RedisMessageStore(host, NoProbe)
            : new RedisMessageStore(ConfigurationOptions.Parse($"{redis.Configuration},{option}"), NoProbe);
        var chat = new Chat(store);
        await chat.SendAsync("lobby", "alice", "before", Cancelled);
        await using var log = new WatchLog(chat.WatchAsync("lobby"));
        await log.CaughtUpAsync();

        await chat.SendAsync("lobby", "alice", "hello", Cancelled);
        await chat.EditAsync("lobby", 1, "alice", "changed", Cancelled);
        var reachedAt = (await chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Position;
        await log.ReachesAsync(reachedAt);

        (await chat.CheckHealthAsync(TimeSpan.FromSeconds(20), Cancelled)).IsHealthy.Should().BeTrue();
    }

    [Fact]
    public async Task Two_prefixes_of_channels_do_not_hear_each_other()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var admin = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse($"{redis.Configuration},channelPrefix=shop:"), NoProbe);
        await using var log = new WatchLog(new Chat(store).WatchAsync("lobby"));
        await log.CaughtUpAsync();

        (await admin.GetServers()[0].SubscriptionChannelsAsync(RedisChannel.Pattern("*chatroom:*"))).Select(channel => (string?)channel)
            .Should().Equal("shop:chatroom:{lobby}:live");
    }

    [Fact]
    public async Task Commands_that_only_the_client_runs_may_be_renamed()
    {
        await using var redis = await RedisProcess.StartAsync("--rename-command", "EVALSHA", "runsha", "--rename-command", "EVAL", "run", "--rename-command", "PING", "ping2");
        var configuration = ConfigurationOptions.Parse(redis.Configuration);
        configuration.CommandMap = CommandMap.Create(new Dictionary<string, string?> { ["EVALSHA"] = "runsha", ["EVAL"] = "run", ["PING"] = "ping2" });
        await using var store = new RedisMessageStore(configuration);
        var chat = new Chat(store);

        (await chat.SendAsync("lobby", "alice", "hello", Cancelled)).Id.Should().Be(1);
        (await chat.CheckHealthAsync(TimeSpan.FromSeconds(20), Cancelled)).IsHealthy.Should().BeTrue();
    }

    [Theory]
    [InlineData("$HSET=hset2", "renames the command HSET")]
    [InlineData("$HMGET=", "disables the command HMGET")]
    [InlineData("$EVALSHA=", "disables the command EVALSHA")]
    [InlineData("$SUBSCRIBE=", "disables the command SUBSCRIBE")]
    [InlineData("proxy=Twemproxy", "proxy=Twemproxy")]
    public void Options_that_break_scripts_or_live_events_are_refused_at_once(string option, string sentence)
    {
        var make = () => new RedisMessageStore(ConfigurationOptions.Parse($"localhost,{option}"));

        make.Should().Throw<ArgumentException>().Which.Message.Should().Contain(sentence);
    }

    [Fact]
    public async Task A_connection_that_prefixes_keys_is_refused_at_once()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var host = await redis.ConnectAsync();

        ClientRequirements.RefusalOf(host.GetDatabase().WithKeyPrefix("shop:")).Should().Contain("WithKeyPrefix").And.Contain("RedisStoreOptions.KeyPrefix");
        ClientRequirements.RefusalOf(host.GetDatabase()).Should().BeNull();
    }

    [Fact]
    public void A_host_name_that_contains_a_secret_is_refused_and_not_repeated()
    {
        var configuration = new ConfigurationOptions { EndPoints = { { "redis://user:the-secret@host", 6379 } } };

        var make = () => new RedisMessageStore(configuration);

        make.Should().Throw<ArgumentException>().Which.ToString().Should().NotContain("the-secret").And.Contain("no host can have");
    }

    // A probe would find missing live events.
    private static RedisStoreOptions NoProbe => new() { LiveProbeInterval = TimeSpan.FromMinutes(1) };
}
