using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>One multiplexer, and what was found out about the servers behind it.</summary>
internal sealed class RedisLink(IConnectionMultiplexer multiplexer, TimeProvider time)
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly IDatabase _database = multiplexer.GetDatabase();
    private bool? _sharded;
    private volatile bool _accepted;

    public IConnectionMultiplexer Multiplexer => multiplexer;

    public IDatabase Database => _database;

    /// <summary>The waits of durable sends, which cover only what this multiplexer wrote.</summary>
    public RedisWaits Waits { get; } = new();

    /// <summary>Finds a second primary.</summary>
    public PrimaryGuard Guard { get; } = new(multiplexer, time);

    /// <summary>Whether the servers were found fit to keep messages: see <see cref="ServerAcceptance"/>.</summary>
    public bool IsAccepted
    {
        get => _accepted;
        set => _accepted = value;
    }

    /// <summary>
    /// Whether live events use sharded pub/sub: on a cluster of Redis 7 or later, where a plain message would be sent to every node.
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
    /// The connections that writes for this key may use now: one, or several to a server that is configured under several names; none while no
    /// primary is known, as in the middle of a fail-over.
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
            // The client library has no other way to say so.
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

    /// <summary>Closes the multiplexer without waiting for its commands under way.</summary>
    public async Task CloseAsync()
    {
        try
        {
            await multiplexer.CloseAsync(allowCommandsToComplete: false).UntilAsync(CloseTimeout, TimeProvider.System).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException or OperationCanceledException)
        {
            // It is gone or stuck, which is why it is closed.
        }

        multiplexer.Dispose();
    }
}
