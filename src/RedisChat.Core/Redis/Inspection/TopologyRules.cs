using System.Globalization;
using static RedisChat.ServerFindingSeverity;

namespace RedisChat.Redis;

/// <summary>Whether the servers fit together.</summary>
internal static class TopologyRules
{
    private const long Slots = 16384;

    public static IEnumerable<ServerFinding> Find(ServerFacts server)
    {
        if (server.Cluster is { } cluster && (cluster["cluster_state"] != "ok" || cluster.Number("cluster_slots_ok") < Slots))
        {
            yield return new ServerFinding(
                Problem, ServerFindingCodes.ClusterNotWhole,
                string.Create(CultureInfo.InvariantCulture, $"The cluster's state is {cluster["cluster_state"]}, with {cluster["cluster_slots_ok"]} of {Slots} slots served."),
                "The rooms of the other slots cannot be reached, or none can.")
            { Advice = $"Bring its nodes back. `redis-cli --cluster check {server.EndPoint}` tells what is missing, `--cluster fix` assigns slots anew." };
        }

        if (!server.IsReached)
        {
            yield return new ServerFinding(
                Warning, ServerFindingCodes.ServerUnreachable,
                "The server does not answer.",
                "If it was a replica, there is nothing to fail over to; if it was a primary, its rooms are away.")
            { Advice = "Check that it runs and that this process reaches it, or take it out of the configuration." };
        }
    }

    public static IEnumerable<ServerFinding> FindTogether(IReadOnlyList<ServerFacts> servers)
    {
        var told = servers.Where(server => server.Info.Role != ServerRole.Unknown).ToList();
        if (told.Count == 0 || told.Exists(server => server.Info.IsCluster))
        {
            yield break;
        }

        var primaries = told.FindAll(server => server.Info.Role == ServerRole.Primary);
        if (primaries.Count == 0)
        {
            yield return new ServerFinding(
                Problem, ServerFindingCodes.NoPrimary,
                "No server that answers claims to be the primary.",
                "Nothing can be sent.")
            { Advice = "Name the primary in the configuration, or bring it back." };
        }
        else if (primaries.Count > 1)
        {
            yield return new ServerFinding(
                Problem, ServerFindingCodes.SeveralPrimaries,
                $"{string.Join(" and ", primaries.Select(server => server.EndPoint))} both claim to be the primary.",
                "What is sent to the wrong one is lost once it becomes a replica.")
            { Advice = "Make all but one its replicas: REPLICAOF HOST PORT, run on the others. What only these hold is lost." };
        }
    }
}
