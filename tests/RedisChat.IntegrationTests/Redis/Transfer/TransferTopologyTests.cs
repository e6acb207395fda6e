using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Transfer;

/// <summary>The same on the embedded Garnet.</summary>
public sealed class TransferOnGarnetTests(SharedGarnet garnet)
    : TransferTestBase(new Lazy<ConnectionMultiplexer>(() => ConnectionMultiplexer.Connect($"{garnet.Configuration},allowAdmin=true")))
{
    [Fact]
    public async Task A_chat_with_everything_is_the_same_after_export_and_import_on_Garnet() => await TransferRoundTrip.RunAsync(Connection, Source, SourcePrefix, Target, TargetPrefix, Folder, Cancelled);
}

/// <summary>The same on a cluster, where the rooms are on several servers.</summary>
public sealed class TransferOnClusterTests(SharedCluster cluster)
    : TransferTestBase(new Lazy<ConnectionMultiplexer>(() => ConnectionMultiplexer.Connect($"{cluster.Configuration.Replace(",user=chat,password=secret", "", StringComparison.Ordinal)},allowAdmin=true")))
{
    [Fact]
    public async Task A_chat_with_everything_is_the_same_after_export_and_import_on_a_cluster() => await TransferRoundTrip.RunAsync(Connection, Source, SourcePrefix, Target, TargetPrefix, Folder, Cancelled);
}

/// <summary>Export, import and verification.</summary>
internal static class TransferRoundTrip
{
    public static async Task RunAsync(
        IConnectionMultiplexer connection, RedisMessageStore source, string sourcePrefix, RedisMessageStore target, string targetPrefix, string folder, CancellationToken cancellationToken)
    {
        await using var writer = await TransferChat.FillAsync(source, cancellationToken);
        foreach (var n in Enumerable.Range(1, 20))
        {
            await new Chat(source).SendAsync($"room {n}", "alice", "one of many, in another slot", cancellationToken);
        }

        var before = await TransferDump.OfAsync(connection, sourcePrefix);
        var transfer = new Chat(target).Transfer;
        await new Chat(source).Transfer.ExportAsync(folder, new ExportOptions { Compress = true }, cancellationToken: cancellationToken);
        await transfer.ImportAsync(folder, cancellationToken: cancellationToken);

        (await transfer.VerifyAsync(folder, cancellationToken: cancellationToken)).Differences.Should().BeEmpty();
        (await transfer.VerifyAsync(cancellationToken: cancellationToken)).Differences.Should().BeEmpty();
        (await TransferDump.OfAsync(connection, targetPrefix)).Should().Equal(before);
        before.Should().ContainKey("{room 20} message 0000000000000001");
    }
}
