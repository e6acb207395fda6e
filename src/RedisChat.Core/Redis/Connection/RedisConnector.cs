using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Knows how to connect: with a configuration, or by taking the connection that the host has made.</summary>
internal sealed class RedisConnector
{
    private readonly IConnectionMultiplexer? _shared;
    private readonly IConnectionMultiplexer? _likeShared;

    private RedisConnector(ConfigurationOptions configuration, TimeProvider time, IConnectionMultiplexer? shared, IConnectionMultiplexer? likeShared)
    {
        Configuration = configuration;
        Time = time;
        _shared = shared;
        _likeShared = likeShared;
    }

    /// <summary>The configuration, as far as it is known. It may hold a password.</summary>
    public ConfigurationOptions Configuration { get; }

    public TimeProvider Time { get; }

    /// <summary>Whether connections are made here, and not by the host.</summary>
    public bool IsOwn => _shared is null;

    /// <summary>The number of the database that holds the keys.</summary>
    public int DatabaseNumber => _shared?.GetDatabase().Database ?? Configuration.DefaultDatabase ?? 0;

    /// <summary>What may be the matter if a server refuses the connection; <see langword="null"/> if nothing special.</summary>
    public string? Hint => _likeShared is null
        ? null
        : "It was made from the configuration string of the application's connection, which lacks certificates and tokens: give the chat ConfigurationOptions instead.";

    /// <summary>Why <see cref="Separate"/> cannot work, as a sentence; <see langword="null"/> if it can.</summary>
    public string? SeparationProblem =>
        _shared is null || IsWholeIn(_shared.Configuration)
            ? null
            : "The configuration string of the application's connection cannot be read back, perhaps because the password contains a comma";

    /// <summary>Why the chat cannot work over this connection, as a sentence; <see langword="null"/> if it can.</summary>
    public string? Problem => ClientRequirements.RefusalOf(Configuration) ?? (_shared is null ? null : ClientRequirements.RefusalOf(_shared.GetDatabase()));

    /// <summary>Uses a connection of the host's.</summary>
    public static RedisConnector Shared(IConnectionMultiplexer multiplexer, TimeProvider time) =>
        new(Read(multiplexer.Configuration), time, multiplexer, null);

    /// <summary>Makes connections of its own.</summary>
    public static RedisConnector Own(ConfigurationOptions configuration, TimeProvider time)
    {
        RedisConfiguration.CheckEndPoints(configuration.EndPoints, nameof(configuration));
        return new(Prepare(configuration.Clone()), time, null, null);
    }

    /// <summary>Makes other connections to the same servers, on which commands may wait for this much longer.</summary>
    public RedisConnector Separate(TimeSpan longer)
    {
        var configuration = Prepare(Configuration.Clone());
        configuration.AsyncTimeout += (int)longer.TotalMilliseconds;
        return new(configuration, Time, null, _shared ?? _likeShared);
    }

    /// <summary>Connects.</summary>
    /// <param name="atMost">How long to wait for each server, if that is shorter than the configuration says.</param>
    public async Task<IConnectionMultiplexer> ConnectAsync(TimeSpan? atMost)
    {
        if (_shared is not null)
        {
            return _shared;
        }

        var current = Configuration.Clone();
        if (atMost is { } limit && limit < TimeSpan.FromMilliseconds(current.ConnectTimeout))
        {
            current.ConnectTimeout = (int)limit.TotalMilliseconds;
        }

        if (_likeShared is not null)
        {
            // The host's connection follows the sentinels, and knows the servers of now.
            current.ServiceName = null;
            current.EndPoints.Clear();
            foreach (var endPoint in _likeShared.GetEndPoints())
            {
                current.EndPoints.Add(endPoint);
            }
        }
        else if (!string.IsNullOrEmpty(current.ServiceName))
        {
            current = await RedisSentinels.ResolveAsync(current, Time).ConfigureAwait(false);
        }

        return await ConnectionMultiplexer.ConnectAsync(current).ConfigureAwait(false);
    }

    private static ConfigurationOptions Prepare(ConfigurationOptions configuration)
    {
        configuration.AbortOnConnectFail = false;

        // While the server is away a command fails at once, and the facade tries again until its deadline. In the client's backlog it
        // would be sent at some time after its caller was told that it failed; and a restored connection would send what is
        // queued before its subscriptions stand, so that watchers would miss it.
        configuration.BacklogPolicy = BacklogPolicy.FailFast;

        // The client's own guard against administrators' commands, INFO among them, keeps the chat from looking at its servers. What may be
        // asked is up to the server.
        configuration.AllowAdmin = true;
        return configuration;
    }

    private static ConfigurationOptions Read(string? configuration)
    {
        try
        {
            return ConfigurationOptions.Parse(configuration ?? "", ignoreUnknown: true);
        }
        catch (ArgumentException)
        {
            // The client writes what it cannot read back: a password with a comma in it.
            return new ConfigurationOptions();
        }
    }

    // The client writes values as they are, commas too.
    private static bool IsWholeIn(string? configuration) => configuration is { Length: > 0 } && Read(configuration).ToString() == configuration;
}
