using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>One multiplexer, and what is known about the servers behind it.</summary>
internal sealed class RedisLink(IConnectionMultiplexer multiplexer, TimeProvider time)
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly IDatabase _database = multiplexer.GetDatabase();
    private bool? _sharded;
    private volatile bool _accepted;

    public IConnectionMultiplexer Multiplexer => multiplexer;

    public IDatabase Database => _database;

    /// <summary>The waits of durable sends. They only cover the writes of this multiplexer.</summary>
    public RedisWaits Waits { get; } = new();

    /// <summary>Detects a second primary.</summary>
    public PrimaryGuard Guard { get; } = new(multiplexer, time);

    /// <summary>Whether the servers were found fit to store messages: see <see cref="ServerAcceptance"/>.</summary>
    public bool IsAccepted
    {
        get => _accepted;
        set => _accepted = value;
    }

    /// <summary>
    /// Whether live events use sharded pub/sub. They do on a cluster of Redis 7 or later, where a plain message would be sent to every node.
    /// Known once a connection was established.
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
    /// The connections that writes to this key may use now: usually one, several if a server is configured under several names, and none while no
    /// primary is known, as in the middle of a failover.
    /// </summary>
    public RedisSocket[] SocketsOf(RedisKey key)
    {
        try
        {
            var server = multiplexer.GetServer(key, null, CommandFlags.DemandMaster);
            return server.ServerType == ServerType.Standalone && Guard.Sockets() is { Length: > 0 } sockets ? sockets : [RedisSocket.Of(server)];
        }
        catch (InvalidOperationException)
        {
            // This is how the client library reports that it knows no primary.
            return [];
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

    /// <summary>Closes the multiplexer without waiting for pending commands.</summary>
    public async Task CloseAsync()
    {
        try
        {
            await multiplexer.CloseAsync(allowCommandsToComplete: false).UntilAsync(CloseTimeout, TimeProvider.System).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException or OperationCanceledException)
        {
            // The connection is gone or stuck, which is why it is being closed.
        }

        multiplexer.Dispose();
    }
}
