using System.Globalization;

namespace RedisChat.IntegrationTests;

/// <summary>A primary with two replicas, and three sentinels that watch over them, for one test.</summary>
internal sealed class SentinelDeployment : IDeployment
{
    private const string Name = "chat";

    private readonly List<RedisProcess> _servers = [];
    private readonly List<RedisProcess> _sentinels = [];

    private SentinelDeployment()
    {
    }

    /// <summary>The data servers, whichever is the primary now. Initially it is the first.</summary>
    public IReadOnlyList<RedisProcess> Servers => _servers;

    public IReadOnlyList<RedisProcess> Sentinels => _sentinels;

    /// <summary>How a chat connects: the sentinels, and the name of their service; as a user with no more rights than docs/operations.md gives it.</summary>
    public string Configuration =>
        $"{string.Join(',', _sentinels.Select(sentinel => sentinel.Configuration))},serviceName={Name},user=chat,password=secret";

    /// <summary>Starts the deployment, or skips the test if no server program is installed.</summary>
    /// <param name="arguments">For the data servers: "--appendonly", "yes".</param>
    public static async Task<SentinelDeployment> StartAsync(params string[] arguments)
    {
        var deployment = new SentinelDeployment();
        try
        {
            await deployment.StartServersAsync(arguments);
            await deployment.StartSentinelsAsync();
            return deployment;
        }
        catch
        {
            await deployment.DisposeAsync();
            throw;
        }
    }

    /// <summary>The server that a majority of the sentinels, and the server itself, consider the primary.</summary>
    public Task<RedisProcess> PrimaryAsync() => Poll.UntilAsync(
        async () =>
        {
            var ports = new List<string>();
            foreach (var sentinel in _sentinels.Where(sentinel => sentinel.IsRunning))
            {
                ports.Add((await sentinel.AskAsync("SENTINEL", "GET-MASTER-ADDR-BY-NAME", Name))[1]);
            }

            var named = _servers.Find(server => server.IsRunning && ports.Count(port => port == $"{server.Port}") * 2 > _sentinels.Count);
            return named is not null && (await named.AskAsync("ROLE"))[0] == "master" ? named : null;
        },
        "the sentinels agree on a primary");

    /// <summary>Waits until a different server has become the primary.</summary>
    public Task<RedisProcess> PromotedInsteadOfAsync(RedisProcess former) => Poll.UntilAsync(
        async () => await PrimaryAsync() is var primary && primary != former ? primary : null, "the sentinels promote another server");

    /// <summary>Has the sentinels make a replica the primary while the primary works, as before maintenance; waits until it is.</summary>
    public async Task<RedisProcess> FailOverAsync()
    {
        var former = await PrimaryAsync();
        await Poll.UntilAsync(
            async () =>
            {
                try
                {
                    await _sentinels.First(sentinel => sentinel.IsRunning).AskAsync("SENTINEL", "FAILOVER", Name);
                    return true;
                }
                catch (InvalidOperationException e) when (e.Message.StartsWith("NOGOODSLAVE", StringComparison.Ordinal)
                    || e.Message.StartsWith("INPROG", StringComparison.Ordinal))
                {
                    // After the previous fail-over it takes a sentinel a while to trust the replicas again.
                    return false;
                }
            },
            "a sentinel begins a fail-over");
        return await PromotedInsteadOfAsync(former);
    }

    /// <summary>Waits until all servers but one are replicas that have caught up with the primary.</summary>
    public async Task SyncedAsync()
    {
        RedisProcess? primary = null;
        long written = 0;
        await Poll.UntilAsync(
            async () =>
            {
                if (await PrimaryAsync() is var present && present != primary)
                {
                    (primary, written) = (present, long.Parse((await present.AskAsync("ROLE"))[1], CultureInfo.InvariantCulture));
                }

                foreach (var replica in _servers.Where(server => server != primary))
                {
                    // slave, host, port, state of the link, how much is received
                    var role = await replica.AskAsync("ROLE");
                    if (role[0] != "slave" || role[2] != $"{primary.Port}" || role[3] != "connected"
                        || long.Parse(role[4], CultureInfo.InvariantCulture) < written)
                    {
                        return false;
                    }
                }

                return true;
            },
            "the replicas are in sync");
    }

    public async ValueTask DisposeAsync() =>
        await Task.WhenAll(_sentinels.Concat(_servers).Select(process => process.DisposeAsync().AsTask()));

    private async Task StartServersAsync(string[] arguments)
    {
        string[] all = ["--repl-diskless-sync-delay", "0", .. DocumentedRights.Default.Arguments, .. arguments];
        _servers.Add(await RedisProcess.StartAsync(all));
        string[] replica = ["--replicaof", $"127.0.0.1 {_servers[0].Port}"];
        for (var i = 0; i < 2; i++)
        {
            _servers.Add(await RedisProcess.StartAsync([.. all, .. replica]));
        }

        // A sentinel asks the primary for its replicas as soon as it starts, and then not for some time.
        await Poll.UntilAsync(
            async () => (await _servers[0].AskAsync("ROLE")).Count == 2 + (2 * 3), "the replicas have connected");
    }

    private async Task StartSentinelsAsync()
    {
        var setup = new RedisSetup
        {
            Arguments = ["--sentinel"],
            File =
            [
                $"sentinel monitor {Name} 127.0.0.1 {_servers[0].Port} 2",
                $"sentinel down-after-milliseconds {Name} 1500",
                $"sentinel failover-timeout {Name} 5000",
                $"sentinel parallel-syncs {Name} 2",
            ],
        };
        for (var i = 0; i < 3; i++)
        {
            var sentinel = await RedisProcess.StartAsync(setup);
            _sentinels.Add(sentinel);

            // On a busy machine the sentinels themselves pause; that must not stop them for half a minute ("tilt").
            await sentinel.AskAsync("SENTINEL", "DEBUG", "tilt-trigger", "60000", "info-period", "1000", "publish-period", "500");
        }

        await Poll.UntilAsync(
            async () =>
            {
                foreach (var sentinel in _sentinels)
                {
                    var known = (await sentinel.AskAsync("SENTINEL", "MASTER", Name)).Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);
                    if ((known["flags"], known["num-slaves"], known["num-other-sentinels"]) != ("master", "2", "2"))
                    {
                        return false;
                    }
                }

                return true;
            },
            "the sentinels know the replicas and each other");
    }
}
