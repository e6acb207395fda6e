namespace RedisChat.IntegrationTests.Topology;

/// <summary>While a cluster is changed or broken, the chat keeps working, and a watcher receives everything once and in order.</summary>
public sealed class ClusterFaultTests : IAsyncDisposable
{
    private ClusterDeployment _cluster = null!;
    private int _slot;

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task A_slot_that_is_moved_under_load_loses_nothing()
    {
        await StartAsync(ClusterDeployment.StartPatientAsync);
        var moves = 0;
        await UnderLoad.LosesNothingAsync(_cluster.Configuration, [.. Enumerable.Repeat(MoveAsync, 6)]);

        async Task MoveAsync() => await _cluster.MigrateAsync(_slot, await _cluster.PrimaryAsync((_slot + (++moves * 5461)) % 16384));
    }

    [Fact]
    public async Task A_replica_that_takes_over_on_demand_under_load_loses_nothing()
    {
        await StartAsync(ClusterDeployment.StartPatientAsync);
        await UnderLoad.LosesNothingAsync(_cluster.Configuration, FailOverAsync, FailOverAsync);

        async Task FailOverAsync()
        {
            await _cluster.FailOverAsync(_slot);
            await _cluster.WholeAsync();
        }
    }

    [Fact]
    public async Task A_primary_that_dies_under_load_is_replaced_and_the_watcher_agrees_with_the_store()
    {
        await StartAsync(() => ClusterDeployment.StartAsync());
        var primary = await _cluster.PrimaryAsync(_slot);
        await UnderLoad.AgreesAsync(
            _cluster.Configuration,
            async () =>
            {
                await primary.KillAsync();
                await _cluster.PromotedInsteadOfAsync(primary, _slot);
            },
            async () =>
            {
                await primary.StartAgainAsync();
                await _cluster.WholeAsync();
            });
    }

    [Fact]
    public async Task A_primary_that_freezes_under_load_is_replaced_and_the_watcher_agrees_with_the_store()
    {
        await StartAsync(() => ClusterDeployment.StartAsync());
        var primary = await _cluster.PrimaryAsync(_slot);
        await UnderLoad.AgreesAsync(
            _cluster.Configuration,
            async () =>
            {
                primary.Freeze();
                await _cluster.PromotedInsteadOfAsync(primary, _slot);
            },
            async () =>
            {
                primary.Thaw();
                await _cluster.WholeAsync();
            });
    }

    private async Task StartAsync(Func<Task<ClusterDeployment>> start)
    {
        _cluster = await start();
        _slot = await _cluster.SlotAsync(new HashTagKeyScheme().Room(UnderLoad.Room));
    }
}
