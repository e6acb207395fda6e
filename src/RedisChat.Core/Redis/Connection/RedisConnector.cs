using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Creates connections: from a configuration, or by using the host's connection.</summary>
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

    /// <summary>The configuration, as far as it is known. It may contain a password.</summary>
    public ConfigurationOptions Configuration { get; }

    public TimeProvider Time { get; }

    /// <summary>Whether the connector creates its connections, instead of using the host's.</summary>
    public bool IsOwn => _shared is null;

    /// <summary>The number of the database that holds the keys.</summary>
    public int DatabaseNumber => _shared?.GetDatabase().Database ?? Configuration.DefaultDatabase ?? 0;

    /// <summary>A possible cause if a server refuses the connection; <see langword="null"/> if there is no particular one.</summary>
    public string? Hint => _likeShared is null
        ? null
        : "It was created from the configuration string of the application's connection, which lacks certificates and tokens: give the chat ConfigurationOptions instead.";

    /// <summary>Why <see cref="Separate"/> cannot work, as a sentence; <see langword="null"/> if it can.</summary>
    public string? SeparationProblem =>
        _shared is null || IsWholeIn(_shared.Configuration)
            ? null
            : "The configuration string of the application's connection cannot be read back, perhaps because the password contains a comma";

    /// <summary>Why the chat cannot work over this connection, as a sentence; <see langword="null"/> if it can.</summary>
    public string? Problem => ClientRequirements.RefusalOf(Configuration) ?? (_shared is null ? null : ClientRequirements.RefusalOf(_shared.GetDatabase()));

    /// <summary>Uses the host's connection.</summary>
    public static RedisConnector Shared(IConnectionMultiplexer multiplexer, TimeProvider time) =>
        new(Read(multiplexer.Configuration), time, multiplexer, null);

    /// <summary>Creates its own connections.</summary>
    public static RedisConnector Own(ConfigurationOptions configuration, TimeProvider time)
    {
        RedisConfiguration.CheckEndPoints(configuration.EndPoints, nameof(configuration));
        return new(Prepare(configuration.Clone()), time, null, null);
    }

    /// <summary>Creates other connections to the same servers, with the command timeout extended by this time.</summary>
    public RedisConnector Separate(TimeSpan longer)
    {
        var configuration = Prepare(Configuration.Clone());
        configuration.AsyncTimeout += (int)longer.TotalMilliseconds;
        return new(configuration, Time, null, _shared ?? _likeShared);
    }

    /// <summary>Connects.</summary>
    /// <param name="atMost">How long to wait for each server, if that is shorter than the configured time.</param>
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
            // The host's connection follows the sentinels and knows the current servers.
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

        // While the server is away, a command must fail at once, and the facade retries it until its deadline. From the client's backlog it could be
        // sent after its caller was already given an error, or right after a reconnection, before the subscriptions are back, and then watchers
        // would miss it.
        configuration.BacklogPolicy = BacklogPolicy.FailFast;

        // The client's guard against administrators' commands, which include INFO, would keep the chat from inspecting its servers. The server
        // decides what is allowed.
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
            // The client writes a string that it cannot parse if a password contains a comma.
            return new ConfigurationOptions();
        }
    }

    // The client writes values without escaping commas.
    private static bool IsWholeIn(string? configuration) => configuration is { Length: > 0 } && Read(configuration).ToString() == configuration;
}
