using RedisChat.Conformance;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Topology;

/// <summary>With Sentinel the chat finds the primary by its name, even after a fail-over.</summary>
public sealed class SentinelTests
{
    private const string Room = "lobby";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_primary_is_found_by_the_name_of_the_service()
    {
        await using var deployment = await SentinelDeployment.StartAsync();
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(deployment.Configuration));
        var chat = new Chat(store);
        await using var log = new WatchLog(chat.WatchAsync(Room));
        await log.CaughtUpAsync();

        await chat.SendAsync(Room, "alice", "hello", Cancelled);

        await log.UntilAsync(l => l.CreatedIds.Contains(1));
        (await (await deployment.PrimaryAsync()).AskAsync("EXISTS", new HashTagKeyScheme().Room(Room))).Should().Equal("1");
        (await chat.CheckHealthAsync(Cancelled)).IsHealthy.Should().BeTrue();
    }

    [Fact]
    public async Task After_a_fail_over_on_demand_sending_resumes_and_the_watcher_agrees_with_the_store()
    {
        await using var deployment = await SentinelDeployment.StartAsync();
        await UnderLoad.AgreesAsync(
            deployment.Configuration,
            async () =>
            {
                await deployment.FailOverAsync();
                await deployment.SyncedAsync();
            });
    }

    [Fact]
    public async Task After_the_primary_dies_sending_resumes_and_the_watcher_agrees_with_the_store()
    {
        await using var deployment = await SentinelDeployment.StartAsync();
        var primary = await deployment.PrimaryAsync();
        await UnderLoad.AgreesAsync(
            deployment.Configuration,
            async () =>
            {
                await primary.KillAsync();
                await deployment.PromotedInsteadOfAsync(primary);
            },
            async () =>
            {
                await primary.StartAgainAsync();
                await deployment.SyncedAsync();
            });
    }

    [Fact]
    public async Task After_the_primary_freezes_and_comes_back_sending_resumes_and_the_watcher_agrees_with_the_store()
    {
        await using var deployment = await SentinelDeployment.StartAsync();
        var primary = await deployment.PrimaryAsync();
        await UnderLoad.AgreesAsync(
            deployment.Configuration,
            async () =>
            {
                primary.Freeze();
                await deployment.PromotedInsteadOfAsync(primary);
            },
            async () =>
            {
                primary.Thaw();
                await deployment.SyncedAsync();
            });
    }
}
