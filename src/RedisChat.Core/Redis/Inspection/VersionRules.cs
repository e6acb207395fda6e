using static RedisChat.ServerFindingSeverity;

namespace RedisChat.Redis;

/// <summary>Checks which features the server's version lacks.</summary>
internal static class VersionRules
{
    private static readonly Version Oldest = new(5, 0);
    private static readonly Version ShardedPubSub = new(7, 0);
    private static readonly Version WaitForDisk = new(7, 2);

    public static IEnumerable<ServerFinding> Find(ServerFacts server)
    {
        var info = server.Info;
        if (info.RedisVersion is not { } version)
        {
            yield break;
        }

        if (version < Oldest)
        {
            yield return new ServerFinding(
                Problem, ServerFindingCodes.VersionTooOld, $"The server is {info.Version}.", $"The chat's scripts need Redis {Oldest} or later.")
            { Advice = "Upgrade the server." };
        }

        if (info.IsCluster && version < ShardedPubSub)
        {
            yield return new ServerFinding(
                Warning, ServerFindingCodes.NoShardedPubSub,
                $"The cluster runs {info.Version}, which has no sharded pub/sub.",
                "Every live event goes to every node, so adding nodes does not add capacity for live events.")
            { Advice = $"Upgrade to Redis {ShardedPubSub} or later." };
        }

        if (version < WaitForDisk || info.IsGarnet)
        {
            yield return new ServerFinding(
                Information, ServerFindingCodes.NoWaitForDisk,
                $"{info.Version} has no WAITAOF.",
                "A send cannot wait until its message is on disk.")
            { Advice = $"Upgrade to Redis {WaitForDisk} or Valkey if you need that, or use appendfsync always." };
        }
    }
}
