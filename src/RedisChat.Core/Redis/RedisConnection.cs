using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// The connection of a store, made at first use, so that a host starts while Redis is down. A connection that the host owns is used and
/// never disposed.
/// </summary>
internal sealed class RedisConnection : IAsyncDisposable, IDisposable
{
    private readonly object _gate = new();
    private readonly Func<Task<IConnectionMultiplexer>> _connect;
    private readonly bool _owned;
    private Task<IConnectionMultiplexer>? _connection;
    private IConnectionMultiplexer? _watched;
    private Action? _onTrouble;
    private bool? _sharded;
    private bool _disposed;

    private RedisConnection(Func<Task<IConnectionMultiplexer>> connect, bool owned)
    {
        _connect = connect;
        _owned = owned;
    }

    /// <summary>Uses a connection of the host's.</summary>
    public static RedisConnection Shared(IConnectionMultiplexer multiplexer) => new(() => Task.FromResult(multiplexer), owned: false);

    /// <summary>Makes a connection of its own, and closes it when disposed.</summary>
    public static RedisConnection Own(ConfigurationOptions configuration)
    {
        configuration = configuration.Clone();
        configuration.AbortOnConnectFail = false;

        // While the server is away a command fails at once, and the facade tries again until its deadline. In the client's backlog it
        // would be sent at some time after its caller was told that it failed; and a restored connection would send what is
        // queued before its subscriptions stand, so that watchers would miss it.
        configuration.BacklogPolicy = BacklogPolicy.FailFast;

        // The client's own guard against administrators' commands keeps the inspection from asking. What may be asked is up to the server.
        configuration.AllowAdmin = true;
        return new(async () => await ConnectionMultiplexer.ConnectAsync(configuration).ConfigureAwait(false), owned: true);
    }

    /// <summary>The database, connected to if it was not before.</summary>
    /// <exception cref="ChatUnavailableException">There is no connection yet, or the wait was cancelled: nothing was sent.</exception>
    public ValueTask<IDatabase> GetDatabaseAsync(string room, string operation, CancellationToken cancellationToken)
    {
        var connection = _connection;
        return connection is { IsCompletedSuccessfully: true } && !_disposed
            ? new(connection.Result.GetDatabase())
            : new(ConnectAsync(room, operation, cancellationToken));
    }

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

            if (_connection is not { IsCompletedSuccessfully: true } connection
                || Array.Find(connection.Result.GetServers(), server => server.IsConnected) is not { } server)
            {
                return false;
            }

            _sharded = server.ServerType == ServerType.Cluster && server.Version.Major >= 7;
            return _sharded.Value;
        }
    }

    /// <summary>The channel of that name, for publishing and subscribing as <see cref="IsSharded"/> says.</summary>
    public RedisChannel LiveChannel(string name) => IsSharded ? RedisChannel.Sharded(name) : RedisChannel.Literal(name);

    /// <summary>Calls back when the connection breaks or is restored; once for each time it is made, however often this is called.</summary>
    public void OnTrouble(Action action)
    {
        lock (_gate)
        {
            if (_watched is null && !_disposed && _connection is { IsCompletedSuccessfully: true } connection)
            {
                _onTrouble = action;
                _watched = connection.Result;
                _watched.ConnectionFailed += HandleTrouble;
                _watched.ConnectionRestored += HandleTrouble;
            }
        }
    }

    private void HandleTrouble(object? sender, ConnectionFailedEventArgs e) => _onTrouble?.Invoke();

    private async Task<IDatabase> ConnectAsync(string room, string operation, CancellationToken cancellationToken)
    {
        Task<IConnectionMultiplexer> connection;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(RedisMessageStore));
            if (_connection is null or { IsFaulted: true } or { IsCanceled: true })
            {
                _connection = _connect();
            }

            connection = _connection;
        }

        try
        {
            return (await connection.WaitAsync(cancellationToken).ConfigureAwait(false)).GetDatabase();
        }
        catch (Exception e) when (e is RedisException or OperationCanceledException)
        {
            throw new ChatUnavailableException(
                "Redis could not be reached. Check that it runs and that the configured end points, user and password are right.", e)
            {
                Room = room,
                Operation = operation,
            };
        }
    }

    public ValueTask DisposeAsync()
    {
        if (Close() is not { } connection)
        {
            return default;
        }

        if (connection.IsCompletedSuccessfully)
        {
            return connection.Result.DisposeAsync();
        }

        DisposeOnceConnected(connection);
        return default;
    }

    public void Dispose()
    {
        if (Close() is { } connection)
        {
            DisposeOnceConnected(connection);
        }
    }

    // Nobody waits for a connection attempt to a server that is away.
    private static void DisposeOnceConnected(Task<IConnectionMultiplexer> connection) =>
        connection.ContinueWith(
            static connected =>
            {
                if (connected.Exception is null)
                {
                    connected.Result.Dispose();
                }
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    /// <summary>Refuses further use. Returns the connection if it must be disposed.</summary>
    private Task<IConnectionMultiplexer>? Close()
    {
        lock (_gate)
        {
            var connection = _owned && !_disposed ? _connection : null;
            _disposed = true;
            if (_watched is not null)
            {
                _watched.ConnectionFailed -= HandleTrouble;
                _watched.ConnectionRestored -= HandleTrouble;
                _watched = null;
            }

            return connection;
        }
    }
}
