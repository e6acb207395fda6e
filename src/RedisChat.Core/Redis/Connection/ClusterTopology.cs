using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>What the nodes of a cluster say of it. The client library's list of servers also has nodes that have left, and addresses that nobody has.</summary>
internal static class ClusterTopology
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Asks all nodes at once; the first answer counts, because every node knows the topology, and any of them may fail to answer.</summary>
    /// <param name="nodes">Connected nodes.</param>
    /// <param name="patience">How long to wait for an answer.</param>
    /// <param name="time">The clock.</param>
    /// <returns>The topology; <see langword="null"/> if there are no nodes to ask.</returns>
    public static async Task<ClusterConfiguration?> ReadAsync(IServer[] nodes, TimeSpan patience, TimeProvider time)
    {
        var answers = nodes.Select(node => node.ClusterNodesAsync().UntilAsync(patience, time)).ToList();
        ClusterConfiguration? found = null;
        while (found is null && answers.Count > 0)
        {
            var answer = await Task.WhenAny(answers).ConfigureAwait(false);
            answers.Remove(answer);
            found = answer.IsCompletedSuccessfully || answers.Count == 0 ? await answer.ConfigureAwait(false) : null;
            _ = answer.Exception;
        }

        answers.ForEach(answer => answer.Observed());
        return found;
    }

    /// <summary>The servers to search all keys on: the primaries of a cluster, or else the primary, whichever other servers are configured and may be down.</summary>
    /// <param name="link">The connection.</param>
    /// <param name="key">Any key.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ChatUnavailableException">One of them is not connected, or no primary is known.</exception>
    public static async Task<IReadOnlyList<IServer>> WithAllKeysAsync(RedisLink link, string key, TimeProvider time) =>
        await PrimariesAsync(link.Multiplexer, time).ConfigureAwait(false) is { Count: > 0 } primaries ? primaries
        : link.SocketsOf(key) is [{ Server: var primary }, ..] ? [primary]
        : throw RedisErrors.NotSent(null);

    /// <summary>The primaries that have all slots between them, to search all keys; empty if it is not a cluster.</summary>
    /// <param name="multiplexer">The connection.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ChatUnavailableException">One of them is not connected: its keys would be missing.</exception>
    public static async Task<IReadOnlyList<IServer>> PrimariesAsync(IConnectionMultiplexer multiplexer, TimeProvider time)
    {
        var servers = multiplexer.GetServers();
        var connected = Array.FindAll(servers, server => server.IsConnected);
        if (!Array.Exists(connected, server => server.ServerType == ServerType.Cluster))
        {
            return [];
        }

        var topology = await ReadAsync(connected, Patience, time).ConfigureAwait(false);
        List<IServer> primaries =
        [
            .. (topology?.Nodes ?? []).Where(node => !node.IsReplica && node.Slots.Count > 0)
                .Select(node => Array.Find(connected, server => server.EndPoint.Equals(node.EndPoint)) ?? throw RedisErrors.NotSent(null)),
        ];
        return primaries.Count > 0 ? primaries : throw RedisErrors.NotSent(null);
    }
}
