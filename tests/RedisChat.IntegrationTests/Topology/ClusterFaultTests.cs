using RedisChat.Conformance;
using RedisChat.IntegrationTests.Live;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Topology;

/// <summary>While a cluster is changed or broken, its chat goes on, and a watcher is told everything, once and in order.</summary>
public sealed class ClusterFaultTests
{
    private const string Room = "lobby";

    [Fact]
    public async Task A_slot_that_is_moved_under_load_loses_nothing()
    {
        await using var cluster = await ClusterDeployment.StartAsync();
        await using var watching = Open(cluster);
        await using var sending = Open(cluster);
        await using var log = new WatchLog(watching.WatchAsync(Room));
        await log.CaughtUpAsync();
        var slot = await cluster.SlotAsync(new HashTagKeyScheme().Room(Room));

        await using var flow = new Flow(Patient(sending), Room);
        for (var move = 1; move <= 6; move++)
        {
            await flow.UntilSentAsync(flow.Sent + 200);
            await cluster.MigrateAsync(slot, await cluster.PrimaryAsync((slot + (move * 5461)) % 16384));
        }

        await flow.UntilSentAsync(flow.Sent + 200);
        await WatchedRoom.ShouldBeWholeAsync(Room, flow, log, sending);
    }

    [Fact]
    public async Task A_replica_that_takes_over_on_demand_under_load_loses_nothing()
    {
        await using var cluster = await ClusterDeployment.StartAsync();
        await using var watching = Open(cluster);
        await using var sending = Open(cluster);
        await using var log = new WatchLog(watching.WatchAsync(Room));
        await log.CaughtUpAsync();
        var slot = await cluster.SlotAsync(new HashTagKeyScheme().Room(Room));

        await using var flow = new Flow(Patient(sending), Room);
        for (var time = 1; time <= 2; time++)
        {
            await flow.UntilSentAsync(flow.Sent + 200);
            await cluster.FailOverAsync(slot);
            await cluster.WholeAsync();
        }

        await flow.UntilSentAsync(flow.Sent + 200);
        await WatchedRoom.ShouldBeWholeAsync(Room, flow, log, sending);
    }

    [Fact]
    public async Task A_primary_that_dies_under_load_is_replaced_and_the_watcher_agrees_with_the_store()
    {
        await using var cluster = await ClusterDeployment.StartAsync();
        await using var watching = Open(cluster);
        await using var sending = Open(cluster);
        await using var log = new WatchLog(watching.WatchAsync(Room));
        await log.CaughtUpAsync();
        var slot = await cluster.SlotAsync(new HashTagKeyScheme().Room(Room));

        await using var flow = new Flow(Patient(sending), Room);
        await flow.UntilSentAsync(200);
        var primary = await cluster.PrimaryAsync(slot);
        await primary.KillAsync();
        await cluster.PromotedInsteadOfAsync(primary, slot);
        await flow.UntilSentAsync(flow.Sent + 200);
        await primary.StartAgainAsync();
        await cluster.WholeAsync();
        await flow.UntilSentAsync(flow.Sent + 200);

        await WatchedRoom.ShouldAgreeAsync(Room, flow, log, sending);
    }

    [Fact]
    public async Task A_primary_that_stands_still_under_load_is_replaced_and_the_watcher_agrees_with_the_store()
    {
        await using var cluster = await ClusterDeployment.StartAsync();
        await using var watching = Open(cluster);
        await using var sending = Open(cluster);
        await using var log = new WatchLog(watching.WatchAsync(Room));
        await log.CaughtUpAsync();
        var slot = await cluster.SlotAsync(new HashTagKeyScheme().Room(Room));

        await using var flow = new Flow(Patient(sending), Room);
        await flow.UntilSentAsync(200);
        var primary = await cluster.PrimaryAsync(slot);
        primary.Freeze();
        await cluster.PromotedInsteadOfAsync(primary, slot);
        await flow.UntilSentAsync(flow.Sent + 200);
        primary.Thaw();
        await cluster.WholeAsync();
        await flow.UntilSentAsync(flow.Sent + 200);

        await WatchedRoom.ShouldAgreeAsync(Room, flow, log, sending);
    }

    private static RedisMessageStore Open(ClusterDeployment cluster) => new(
        ConfigurationOptions.Parse(cluster.Configuration), new RedisStoreOptions { LiveProbeInterval = TimeSpan.FromMilliseconds(500) });

    private static Chat Patient(IMessageStore store) => new(store, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) });
}
