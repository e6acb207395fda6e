using System.Globalization;
using static RedisChat.ServerFindingSeverity;

namespace RedisChat.Redis;

/// <summary>Checks whether the servers fit together.</summary>
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
                "The rooms in the other slots cannot be reached, or no room at all.")
            { Advice = $"Bring its nodes back. `redis-cli --cluster check {server.EndPoint}` shows what is missing, `--cluster fix` reassigns slots." };
        }

        if (!server.IsReached)
        {
            yield return new ServerFinding(
                Warning, ServerFindingCodes.ServerUnreachable,
                "The server does not answer.",
                "If it was a replica, there is nothing to fail over to; if it was a primary, its rooms are unavailable.")
            { Advice = "Check that it is running and that this process can reach it, or remove it from the configuration." };
        }
    }

    public static IEnumerable<ServerFinding> FindTogether(IReadOnlyList<ServerFacts> servers)
    {
        var known = servers.Where(server => server.Info.Role != ServerRole.Unknown).ToList();
        if (known.Count == 0 || known.Exists(server => server.Info.IsCluster))
        {
            yield break;
        }

        var primaries = known.FindAll(server => server.Info.Role == ServerRole.Primary);
        if (primaries.Count == 0)
        {
            yield return new ServerFinding(
                Problem, ServerFindingCodes.NoPrimary,
                "None of the servers that answer claims to be the primary.",
                "Nothing can be sent.")
            { Advice = "Name the primary in the configuration, or bring it back." };
        }
        else if (primaries.Count > 1)
        {
            yield return new ServerFinding(
                Problem, ServerFindingCodes.SeveralPrimaries,
                $"{string.Join(" and ", primaries.Select(server => server.EndPoint))} both claim to be the primary.",
                "Messages sent to the wrong one are lost once it becomes a replica.")
            { Advice = "Make all but one its replicas: REPLICAOF HOST PORT, run on the others. Data that exists only on those is lost." };
        }
    }
}
