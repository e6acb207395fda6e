using System.Globalization;

namespace RedisChat.IntegrationTests;

/// <summary>A Redis Cluster of three primaries, each with a replica, for one test.</summary>
internal sealed class ClusterDeployment : IDeployment
{
    private const int Slots = 16_384;
    private const int Primaries = 3;

    private readonly List<RedisProcess> _nodes = [];

    private ClusterDeployment()
    {
    }

    /// <summary>All nodes, whatever their current role. Initially the first three are the primaries, and their replicas follow in the same order.</summary>
    public IReadOnlyList<RedisProcess> Nodes => _nodes;

    /// <summary>How a chat connects: all nodes, as a user with no more rights than docs/operations.md gives it.</summary>
    public string Configuration => $"{string.Join(',', _nodes.Select(node => node.Configuration))},user=chat,password=secret";

    /// <summary>Starts a cluster in which no replica takes over because the machine has stalled for some seconds.</summary>
    public static Task<ClusterDeployment> StartPatientAsync() => StartAsync("--cluster-node-timeout", "10000");

    /// <summary>Starts the cluster, or skips the test if no server program is installed.</summary>
    /// <param name="arguments">For all nodes: "--appendonly", "yes".</param>
    public static async Task<ClusterDeployment> StartAsync(params string[] arguments)
    {
        var cluster = new ClusterDeployment();
        try
        {
            for (var i = 0; i < 2 * Primaries; i++)
            {
                cluster._nodes.Add(await RedisProcess.StartAsync(
                    [
                        "--cluster-enabled", "yes", "--cluster-node-timeout", "2000", "--repl-diskless-sync-delay", "0",
                        .. DocumentedRights.Cluster.Arguments, .. arguments,
                    ]));
            }

            await cluster.CreateAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The slot of a key, as the server computes it.</summary>
    public async Task<int> SlotAsync(string key) =>
        int.Parse((await Running.First().AskAsync("CLUSTER", "KEYSLOT", key))[0], CultureInfo.InvariantCulture);

    /// <summary>The primary that has this slot, once the running nodes agree on it.</summary>
    public Task<RedisProcess> PrimaryAsync(int slot) => Poll.UntilAsync(
        async () =>
        {
            var named = new HashSet<string>();
            foreach (var node in Running)
            {
                named.Add((await ReadNodesAsync(node)).FirstOrDefault(line => line.Has(slot))?.Id ?? "nobody");
            }

            return named.Count == 1 ? await FindAsync(named.Single()) : null;
        },
        $"the nodes agree on the primary of slot {slot}");

    /// <summary>A replica of this primary.</summary>
    public Task<RedisProcess> ReplicaAsync(RedisProcess primary) => Poll.UntilAsync(
        async () =>
        {
            var id = await IdAsync(primary);
            var replica = (await ReadNodesAsync(primary)).Find(line => line.PrimaryId == id);
            return replica is null ? null : await FindAsync(replica.Id);
        },
        "the primary has a replica");

    /// <summary>Waits until a different node has become the primary of the slot.</summary>
    public Task<RedisProcess> PromotedInsteadOfAsync(RedisProcess former, int slot) => Poll.UntilAsync(
        async () => await PrimaryAsync(slot) is var primary && primary != former ? primary : null, "a replica takes over");

    /// <summary>Makes the replica of a slot its primary while the primary works, as before maintenance; waits until it is.</summary>
    public async Task<RedisProcess> FailOverAsync(int slot)
    {
        var former = await PrimaryAsync(slot);
        var replica = await ReplicaAsync(former);
        DateTime? asked = null;
        return await Poll.UntilAsync(
            async () =>
            {
                // Soon after a fail-over the other nodes refuse to vote for the next one; the replica gives up after five seconds.
                if (asked is null || DateTime.UtcNow > asked + TimeSpan.FromSeconds(5.5))
                {
                    await replica.AskAsync("CLUSTER", "FAILOVER");
                    asked = DateTime.UtcNow;
                }

                return await PrimaryAsync(slot) is var primary && primary != former ? primary : null;
            },
            "the replica takes over");
    }

    /// <summary>Moves a slot to another primary as <c>redis-cli --cluster reshard</c> does, but one key at a time.</summary>
    public async Task MigrateAsync(int slot, RedisProcess to)
    {
        var from = await PrimaryAsync(slot);
        var (slotText, fromId, toId) = ($"{slot}", await IdAsync(from), await IdAsync(to));
        await to.AskAsync("CLUSTER", "SETSLOT", slotText, "IMPORTING", fromId);
        await from.AskAsync("CLUSTER", "SETSLOT", slotText, "MIGRATING", toId);
        while (await from.AskAsync("CLUSTER", "GETKEYSINSLOT", slotText, "1") is [var key])
        {
            await from.AskAsync("MIGRATE", "127.0.0.1", $"{to.Port}", key, "0", "30000");
        }

        await to.AskAsync("CLUSTER", "SETSLOT", slotText, "NODE", toId);
        await from.AskAsync("CLUSTER", "SETSLOT", slotText, "NODE", toId);
        await PromotedInsteadOfAsync(from, slot);
    }

    /// <summary>Waits until all nodes run and consider the cluster healthy, and each replica is connected to its primary.</summary>
    public Task WholeAsync() => Poll.UntilAsync(
        async () =>
        {
            var replicas = 0;
            foreach (var node in _nodes)
            {
                var (info, role) = ((await node.AskAsync("CLUSTER", "INFO"))[0], await node.AskAsync("ROLE"));
                if (!info.Contains("cluster_state:ok", StringComparison.Ordinal)
                    || !info.Contains($"cluster_slots_ok:{Slots}", StringComparison.Ordinal)
                    || !info.Contains($"cluster_known_nodes:{_nodes.Count}", StringComparison.Ordinal)
                    || (role[0] == "slave" && role[3] != "connected"))
                {
                    return false;
                }

                replicas += role[0] == "slave" ? 1 : 0;
            }

            return replicas == Primaries;
        },
        "the cluster is whole");

    public async ValueTask DisposeAsync() => await Task.WhenAll(_nodes.Select(node => node.DisposeAsync().AsTask()));

    private IEnumerable<RedisProcess> Running => _nodes.Where(node => node.IsRunning);

    private async Task CreateAsync()
    {
        for (var i = 0; i < _nodes.Count; i++)
        {
            await _nodes[i].AskAsync("CLUSTER", "SET-CONFIG-EPOCH", $"{i + 1}");
            if (i < Primaries)
            {
                await _nodes[i].AskAsync("CLUSTER", "ADDSLOTSRANGE", $"{Slots * i / Primaries}", $"{(Slots * (i + 1) / Primaries) - 1}");
            }

            if (i > 0)
            {
                await _nodes[0].AskAsync("CLUSTER", "MEET", "127.0.0.1", $"{_nodes[i].Port}");
            }
        }

        await Poll.UntilAsync(
            async () =>
            {
                foreach (var node in _nodes)
                {
                    if ((await ReadNodesAsync(node)).Count(line => line.IsLinked) < _nodes.Count)
                    {
                        return false;
                    }
                }

                return true;
            },
            "the nodes know each other");
        for (var i = 0; i < Primaries; i++)
        {
            await _nodes[Primaries + i].AskAsync("CLUSTER", "REPLICATE", await IdAsync(_nodes[i]));
        }

        await WholeAsync();

        // The nodes' views of the replicas follow a little later; a client library reads them when it connects.
        await Poll.UntilAsync(
            async () =>
            {
                foreach (var node in _nodes)
                {
                    if ((await ReadNodesAsync(node)).Count(line => line.PrimaryId is not null) != Primaries)
                    {
                        return false;
                    }
                }

                return true;
            },
            "the nodes know the replicas");
    }

    private static async Task<string> IdAsync(RedisProcess node) => (await node.AskAsync("CLUSTER", "MYID"))[0];

    private async Task<RedisProcess?> FindAsync(string id)
    {
        foreach (var node in Running)
        {
            if (await IdAsync(node) == id)
            {
                return node;
            }
        }

        return null;
    }

    private static async Task<List<Line>> ReadNodesAsync(RedisProcess node) =>
        [.. (await node.AskAsync("CLUSTER", "NODES"))[0].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => new Line(line.Split(' ')))];

    /// <summary>A line of CLUSTER NODES: id, address, flags, its primary's id or "-", ping, pong, epoch, state of the link, slots.</summary>
    private sealed class Line(string[] words)
    {
        public string Id => words[0];

        public string? PrimaryId => words[3] == "-" ? null : words[3];

        public bool IsLinked => words[7] == "connected" && !words[2].Contains("handshake", StringComparison.Ordinal);

        public bool Has(int slot) => words.Skip(8).Where(range => range[0] != '[').Select(range => range.Split('-'))
            .Any(range => int.Parse(range[0], CultureInfo.InvariantCulture) <= slot && slot <= int.Parse(range[^1], CultureInfo.InvariantCulture));
    }
}
