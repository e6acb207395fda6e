using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RedisChat.AspNetCore;
using RedisChat.IntegrationTests;

namespace RedisChat.Web.Tests;

/// <summary>The health check of a host: what works, and nothing that must not be shown.</summary>
public sealed class HealthTests(TestServer server) : EndpointTests(server)
{
    [Fact]
    public async Task A_chat_that_works_is_healthy()
    {
        await using var node = await StartAsync(services: services => services.AddHealthChecks().AddRedisChat(timeout: TimeSpan.FromSeconds(20)));

        var entry = await CheckAsync(node.Services);

        entry.Status.Should().Be(HealthStatus.Healthy);
        entry.Tags.Should().Equal("ready");
        entry.Data["connection"].Should().Be("works");
        entry.Data.Keys.Should().BeEquivalentTo("connection", "connection.ms", "write", "write.ms", "live", "live.ms");
    }

    [Theory]
    [InlineData("-subscribe", HealthStatus.Degraded, "live events do not arrive")]
    [InlineData("-hsetnx", HealthStatus.Unhealthy, "accepts no writes")]
    public async Task A_step_that_fails_is_named(string withoutRight, HealthStatus status, string words)
    {
        await using var redis = await RedisProcess.StartAsync();
        await redis.AskAsync(DocumentedRights.Default.GrantTo("chat", withoutRight));
        var configuration = $"{redis.Configuration},user=chat,password=secret";
        await using var node = await WebNode.StartAsync(configuration, "chatroom", services: services => services.AddHealthChecks().AddRedisChat("chat", timeout: TimeSpan.FromSeconds(20)));

        var entry = await CheckAsync(node.Services, "chat");

        entry.Status.Should().Be(status);
        entry.Description.Should().Contain(words).And.MatchRegex(@"\(\d+ ms\)");
        Closed(entry);
    }

    [Fact]
    public async Task A_server_that_is_down_is_unhealthy_and_the_process_is_still_alive()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var node = await WebNode.StartAsync(
            $"{redis.Configuration},password=secret", "chatroom", services: services => services.AddHealthChecks().AddRedisChat(timeout: TimeSpan.FromMilliseconds(300)));
        await redis.KillAsync();

        var entry = await CheckAsync(node.Services);
        entry.Status.Should().Be(HealthStatus.Unhealthy);
        entry.Description.Should().StartWith("The store does not answer (");
        Closed(entry);

        var live = await node.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => !check.Tags.Contains("ready"), Cancelled);
        (live.Status, live.Entries.Count).Should().Be((HealthStatus.Healthy, 0));
    }

    [Fact]
    public async Task Each_of_two_chats_has_its_check_and_a_store_without_one_is_unhealthy()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddKeyedRedisChat("memory").UseInMemory();
        services.AddKeyedRedisChat("bare").UseStore<BareStore>();
        services.AddHealthChecks().AddRedisChat("one", "memory", ["a", "b"]).AddRedisChat("two", "bare");
        await using var provider = services.BuildServiceProvider();

        var one = await CheckAsync(provider, "one");
        (one.Status, string.Join(",", one.Tags)).Should().Be((HealthStatus.Healthy, "a,b"));
        var two = await CheckAsync(provider, "two");
        (two.Status, two.Description, two.Exception).Should().Be((HealthStatus.Unhealthy, "The chat's store has no health check.", null));
    }

    private static async Task<HealthReportEntry> CheckAsync(IServiceProvider services, string name = "redischat") =>
        (await services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Cancelled)).Entries[name];

    private static void Closed(HealthReportEntry entry)
    {
        entry.Exception.Should().BeNull();
        $"{entry.Description} {string.Join(" ", entry.Data.Values)}".Should().NotContainAny("secret", "chatroom", "127.0.0.1", "StackExchange", "Exception");
    }

    private sealed class BareStore : IMessageStore
    {
        public bool RecognizesRepeatedAppends => false;

        public ValueTask<IReadOnlyList<MessageReceipt>> AppendAsync(string room, IReadOnlyList<NewMessage> messages, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<Message?> GetAsync(string room, long id, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<MessagePage> ReadAsync(string room, MessageQuery query, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<MessageChange> ChangeAsync(string room, long id, Func<Message, MessageDecision> decide, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<RoomChanges> ReadChangesAsync(string room, RoomPosition after, int limit, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public IAsyncEnumerable<RoomEvent> WatchAsync(string room, WatchOptions options, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
