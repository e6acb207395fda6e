using System.Globalization;
using RedisChat.Benchmarks.Servers;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.Benchmarks.Ratios;

/// <summary>The environment in which a group measures.</summary>
internal sealed class RunContext : IAsyncDisposable
{
    private readonly string _prefix;
    private int _names;

    private RunContext(RatiosOptions options, string configuration, ConnectionMultiplexer connection, CancellationToken ending)
    {
        Rounds = options.Rounds;
        HasOwnServer = options.Redis is null;
        Configuration = configuration;
        Connection = connection;
        Ending = ending;

        // On someone else's server, only keys with this prefix are touched.
        _prefix = HasOwnServer ? HashTagKeyScheme.DefaultPrefix : $"redischat-benchmark-{Guid.NewGuid():n}";
    }

    public int Rounds { get; }

    public bool HasOwnServer { get; }

    /// <summary>How to connect to the server of this run.</summary>
    public string Configuration { get; }

    /// <summary>The references' connection. The library has its own, as in an application.</summary>
    public ConnectionMultiplexer Connection { get; }

    public IDatabase Database => Connection.GetDatabase();

    /// <summary>The prefix of every key of this run.</summary>
    public string Prefix => _prefix;

    public Progress Progress { get; } = new();

    /// <summary>Cancelled to end the run early.</summary>
    public CancellationToken Ending { get; }

    public ServerFigures Server => new(Connection);

    public static async Task<RunContext> StartAsync(RatiosOptions options, string configuration, CancellationToken ending) =>
        new(options, configuration, await ConnectAsync(configuration), ending);

    /// <summary>Connects as the references do. INFO counts as administration; the run's own server is emptied, too.</summary>
    public static async Task<ConnectionMultiplexer> ConnectAsync(string configuration)
    {
        var options = ConfigurationOptions.Parse(configuration);
        options.AllowAdmin = true;
        return await ConnectionMultiplexer.ConnectAsync(options);
    }

    /// <summary>A new name, unique within this run.</summary>
    public string NewName() => string.Create(CultureInfo.InvariantCulture, $"r{Interlocked.Increment(ref _names)}");

    /// <summary>The library as an application uses it: with its own connection and the defaults.</summary>
    public RedisMessageStore NewStore(Action<RedisStoreOptions>? configure = null) => NewStore(Configuration, configure);

    /// <summary>The same on another server.</summary>
    public RedisMessageStore NewStore(string configuration, Action<RedisStoreOptions>? configure = null, ChatEncryption? encryption = null)
    {
        var options = new RedisStoreOptions { KeyPrefix = _prefix };
        configure?.Invoke(options);
        return encryption is null
            ? new RedisMessageStore(ConfigurationOptions.Parse(configuration), options)
            : new RedisMessageStore(RedisConnection.Own(ConfigurationOptions.Parse(configuration)), options, null, null, null, encryption);
    }

    /// <summary>Removes everything written so far.</summary>
    public async Task CleanAsync()
    {
        foreach (var server in Connection.GetServers().Where(server => server.IsConnected && !server.IsReplica))
        {
            if (HasOwnServer)
            {
                await server.ExecuteAsync("FLUSHALL", "SYNC");
                continue;
            }

            await foreach (var keys in server.KeysAsync(pattern: $"{_prefix}:*", pageSize: 1000).Chunk(1000))
            {
                await Task.WhenAll(keys.Select(key => Database.KeyDeleteAsync(key, CommandFlags.FireAndForget)));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            // The run's own server takes its data with it.
            if (!HasOwnServer)
            {
                await CleanAsync();
            }
        }
        finally
        {
            await Connection.DisposeAsync();
        }
    }
}
