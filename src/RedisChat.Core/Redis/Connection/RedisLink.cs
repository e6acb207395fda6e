using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>One multiplexer, and what was found out about the servers behind it.</summary>
internal sealed class RedisLink(IConnectionMultiplexer multiplexer, TimeProvider time)
{
    // The list of servers changes rarely, and making it costs memory.
    private static readonly TimeSpan ServersAreKnownFor = TimeSpan.FromSeconds(1);

    private readonly IDatabase _database = multiplexer.GetDatabase();
    private IServer[] _servers = [];
    private long _serversListedAt;
    private bool? _sharded;
    private volatile bool _accepted;

    public IConnectionMultiplexer Multiplexer => multiplexer;

    public IDatabase Database => _database;

    /// <summary>The waits of durable sends, which speak for what came over this multiplexer.</summary>
    public RedisWaits Waits { get; } = new();

    /// <summary>Whether the servers were found fit to keep messages.</summary>
    public bool IsAccepted => _accepted;

    /// <summary>
    /// Whether live events go by sharded pub/sub: on a cluster of Redis 7 or later, where a plain message would be sent to every node.
    /// Known once there was a connection.
    /// </summary>
    public bool IsSharded
    {
        get
        {
            if (_sharded is { } known)
            {
                return known;
            }

            if (Array.Find(multiplexer.GetServers(), server => server.IsConnected) is not { } server)
            {
                return false;
            }

            _sharded = server.ServerType == ServerType.Cluster && server.Version.Major >= 7;
            return _sharded.Value;
        }
    }

    /// <summary>
    /// Whether two connected servers claim to be the primary, outside of a cluster: one of them is stale, and will throw away what it takes.
    /// The client library would write to either.
    /// </summary>
    public bool HasTwoPrimaries()
    {
        var now = time.GetTimestamp();
        if (_servers.Length == 0 || time.GetElapsedTime(Volatile.Read(ref _serversListedAt), now) > ServersAreKnownFor)
        {
            _servers = multiplexer.GetServers();
            Volatile.Write(ref _serversListedAt, now);
        }

        var primaries = 0;
        foreach (var server in _servers)
        {
            primaries += server is { IsConnected: true, IsReplica: false, ServerType: ServerType.Standalone } ? 1 : 0;
        }

        return primaries > 1;
    }

    /// <summary>The connection that writes for this key go over now; <see langword="null"/> while no primary is known, as in the middle of a fail-over.</summary>
    public RedisSocket? SocketOf(RedisKey key)
    {
        try
        {
            var server = multiplexer.GetServer(key, null, CommandFlags.DemandMaster);
            return new RedisSocket(server, server.GetCounters().Interactive.SocketCount);
        }
        catch (InvalidOperationException)
        {
            // The client library has no other way to say so.
            return null;
        }
    }

    /// <summary>A replica of the key's primary; <see langword="null"/> if none is connected.</summary>
    public IServer? ReplicaOf(RedisKey key)
    {
        try
        {
            return multiplexer.GetServer(key, null, CommandFlags.PreferReplica) is { IsReplica: true } replica ? replica : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Asks the primaries whether they are fit to keep messages. Those that cannot be asked now are asked before the next operation.</summary>
    /// <exception cref="ChatServerException">One is not.</exception>
    public async Task AcceptAsync(bool allowsEviction, CancellationToken cancellationToken)
    {
        var primaries = Array.FindAll(multiplexer.GetServers(), server => server is { IsConnected: true, IsReplica: false });
        try
        {
            foreach (var primary in primaries)
            {
                var info = await RedisInfo.ReadAsync(primary, cancellationToken).ConfigureAwait(false);
                if (RedisRequirements.RefusalOf(info, allowsEviction) is { } refusal)
                {
                    throw new ChatServerException(refusal);
                }
            }

            _accepted = primaries.Length > 0;
        }
        catch (RedisServerException e) when (RedisErrors.IsMissingRight(e))
        {
            // Not allowed to ask: what can be known is known.
            _accepted = true;
        }
        catch (Exception e) when (e is RedisException or RedisTimeoutException or RedisCommandException)
        {
            // It is away or not in a state to answer, as the operation will find.
        }
    }
}
