using RedisChat.Faults;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>Disposes stores in the middle of a fault, with sends and watchers under way.</summary>
internal static class FaultDisposal
{
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan IntoTheFault = TimeSpan.FromSeconds(1);

    public static async Task CheckAsync<T>(Fault<T> fault, int seed)
        where T : IDeployment
    {
        var logs = Directory.CreateTempSubdirectory("redischat-fault-");
        await using var deployment = await fault.StartAsync();
        await using var workers = await FaultWorkers.StartAsync(deployment.Configuration, fault.Durability, seed, logs.FullName);
        await workers.RecoverAsync();

        var beginning = fault.BeginAsync(new FaultScene<T>(deployment, workers.Senders, new Random(seed)));
        await Task.Delay(IntoTheFault);
        var took = await Task.WhenAll(workers.Senders.DisposeStoreAsync(), workers.Watchers.DisposeStoreAsync());
        await beginning;

        TestContext.Current.TestOutputHelper?.WriteLine($"{fault}: the senders' store took {took[0].TotalSeconds:0.000} s, the watchers' {took[1].TotalSeconds:0.000} s.");
        took.Should().OnlyContain(time => time < Promised);
        workers.Events.OfType<Broken>().Should().BeEmpty();
        logs.Delete(recursive: true);
    }
}
