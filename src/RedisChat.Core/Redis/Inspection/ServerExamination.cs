namespace RedisChat.Redis;

/// <summary>Turns the servers' answers into findings about the chat.</summary>
internal static class ServerExamination
{
    public static ServerInspection Examine(IEnumerable<ServerFacts> answers, ClientSetup client)
    {
        // One server may be listed under several addresses.
        var servers = answers.DistinctBy(server => server.Info["run_id"] ?? server.EndPoint).ToList();
        var findings = servers
            .SelectMany(server => Findings(server, client).Select(finding => finding with { Server = server.EndPoint }))
            .Concat(TopologyRules.FindTogether(servers))
            .Concat(ClockRules.FindTogether(servers));
        return new ServerInspection(
            [.. servers.Select(server => new InspectedServer(server.EndPoint, server.Info.Role, server.Info.Version))],
            [.. findings.OrderByDescending(finding => finding.Severity)]);
    }

    private static IEnumerable<ServerFinding> Findings(ServerFacts server, ClientSetup client) => server.IsReached
        ?
        [
            .. TopologyRules.Find(server),
            .. MemoryRules.Find(server),
            .. PersistenceRules.Find(server),
            .. ReplicationRules.Find(server),
            .. AccessRules.Find(server, client),
            .. VersionRules.Find(server),
            .. ClientRules.Find(server, client),
            .. ClockRules.Find(server),
            .. BucketRules.Find(server),
        ]
        : TopologyRules.Find(server);
}
