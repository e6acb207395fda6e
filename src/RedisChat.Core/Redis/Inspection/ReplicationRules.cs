using System.Globalization;
using static RedisChat.ServerFindingSeverity;

namespace RedisChat.Redis;

/// <summary>Checks what a failover loses.</summary>
internal static class ReplicationRules
{
    // A replica reports once a second.
    private const long LongSilenceSeconds = 5;
    private const long FarBehindBytes = 10 << 20;

    public static IEnumerable<ServerFinding> Find(ServerFacts server) => server.Info.Role switch
    {
        ServerRole.Primary => [.. Replicas(server.Info), .. Demand(server)],
        ServerRole.Replica => Link(server.Info),
        _ => [],
    };

    private static IEnumerable<ServerFinding> Replicas(ServerInfo info)
    {
        if (info.Number("connected_slaves") == 0)
        {
            yield return new ServerFinding(
                Information, ServerFindingCodes.NoReplica,
                "No replica follows this server.",
                "While it is down there is no chat, and if its disk is lost, so are the messages.")
            { Advice = "Add a replica, and Sentinel or a cluster for failover, if the chat must survive the loss of a machine." };
        }

        foreach (var line in info.Numbered("slave"))
        {
            var replica = Fields(line);
            var name = $"{replica.GetValueOrDefault("ip")}:{replica.GetValueOrDefault("port")}";
            var silence = Number(replica, "lag");
            var behind = (info.Number("master_repl_offset") - Number(replica, "offset")) ?? 0;
            if (replica.GetValueOrDefault("state") is var state and not "online")
            {
                yield return new ServerFinding(
                    Warning, ServerFindingCodes.ReplicaNotOnline,
                    $"The replica {name} does not follow yet (state {state}).",
                    "Until it does, a failover to it loses everything.")
                { Advice = "Wait for the copy to finish. If it does not, check the logs of both servers." };
            }
            else if (silence > LongSilenceSeconds || behind > FarBehindBytes)
            {
                yield return new ServerFinding(
                    Warning, ServerFindingCodes.ReplicaBehind,
                    string.Create(CultureInfo.InvariantCulture, $"The replica {name} is {behind:N0} bytes behind and was last heard of {silence} s ago."),
                    "A failover to it loses everything it has not received.")
                { Advice = "Look for a slow network or disk, or a replica that hangs." };
            }
        }
    }

    private static IEnumerable<ServerFinding> Demand(ServerFacts server)
    {
        var replicas = server.Info.Number("connected_slaves");
        var good = server.Info.Number("min_slaves_good_slaves");
        var demanded = Number(server.Settings, "min-replicas-to-write");
        if (demanded == 0 && replicas > 0)
        {
            yield return new ServerFinding(
                Warning, ServerFindingCodes.WritesWithoutReplicas,
                "min-replicas-to-write is 0.",
                "A primary that is cut off from its replicas keeps acknowledging messages, and the failover loses them.")
                .FixedBySetting("min-replicas-to-write", "1") with
            {
                Advice = "Sends then fail while no replica follows, after min-replicas-max-lag seconds. Leave it if you prefer to run without replicas.",
            };
        }
        else if (demanded > good)
        {
            yield return new ServerFinding(
                Problem, ServerFindingCodes.TooFewReplicas,
                $"min-replicas-to-write is {demanded}, but the number of good replicas is {good}.",
                "Redis refuses every send.")
            {
                Command = string.Create(CultureInfo.InvariantCulture, $"CONFIG SET min-replicas-to-write {good}"),
                Advice = "Bring the replicas back. The command keeps the chat running meanwhile, with less safety.",
            };
        }
    }

    private static IEnumerable<ServerFinding> Link(ServerInfo info)
    {
        if (info["master_link_status"] is { } status and not "up")
        {
            yield return new ServerFinding(
                Problem, ServerFindingCodes.ReplicaWithoutLink,
                $"The replica does not follow its primary {info["master_host"]}:{info["master_port"]} (link {status}{(info["master_sync_in_progress"] == "1" ? ", being copied" : "")}).",
                "Its data is stale, and a failover to it loses everything since.")
            { Advice = "Check that the primary is running, that this server can reach it, and that masterauth and masteruser are right." };
        }
    }

    private static Dictionary<string, string> Fields(string line) =>
        line.Split(',').Select(field => field.Split('=', 2)).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1]);

    private static long? Number(IReadOnlyDictionary<string, string> fields, string name) =>
        long.TryParse(fields.GetValueOrDefault(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
