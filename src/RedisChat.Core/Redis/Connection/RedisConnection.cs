using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// A store's connection. It is established on first use, so a host can start while Redis is down, and replaced when it is stuck. A connection
/// that the host owns is used as it is and never disposed.
/// </summary>
internal sealed class RedisConnection : IAsyncDisposable, IDisposable
{
    private readonly object _gate = new();
    private readonly ILogger? _logger;
    private readonly RedisWatchdog? _watchdog;
    private Task<RedisLink>? _link;
    private bool _disposed;

    private RedisConnection(RedisConnector connector, ILogger? logger)
    {
        Connector = connector;
        Errors = new ConnectionErrors(this);
        Channels = new LiveChannels(this, (string?)connector.Configuration.ChannelPrefix ?? "");
        Acceptance = new ServerAcceptance(connector.DatabaseNumber);
        _logger = logger;
        _watchdog = connector.IsOwn ? new RedisWatchdog(this, connector.Time, logger ?? NullLogger.Instance) : null;
    }

    /// <summary>Raised when the client library notices that the connection broke or was restored, and when the connection was replaced.</summary>
    public event Action? Trouble;

    /// <summary>Raised when the connection was replaced: everything subscribed to over the old one must be subscribed to again.</summary>
    public event Action? Replaced;

    /// <summary>Creates its multiplexers.</summary>
    public RedisConnector Connector { get; }

    /// <summary>Translates its exceptions.</summary>
    public ConnectionErrors Errors { get; }

    /// <summary>Names its channels.</summary>
    public LiveChannels Channels { get; }

    /// <summary>Checks its servers.</summary>
    public ServerAcceptance Acceptance { get; }

    /// <summary>The current connection; <see langword="null"/> before the first one.</summary>
    public RedisLink? Current => _link is { IsCompletedSuccessfully: true } link && !_disposed ? link.Result : null;

    public bool IsDisposed => Volatile.Read(ref _disposed);

    /// <summary>Uses the host's connection.</summary>
    /// <exception cref="ArgumentException">An end point has a name that no host can have.</exception>
    public static RedisConnection Shared(IConnectionMultiplexer multiplexer, TimeProvider? time = null, ILogger? logger = null)
    {
        RedisConfiguration.CheckEndPoints(multiplexer.GetEndPoints(configuredOnly: true), nameof(multiplexer));
        return new(RedisConnector.Shared(multiplexer, time ?? TimeProvider.System), logger);
    }

    /// <summary>Creates its own connection, and closes it when disposed.</summary>
    public static RedisConnection Own(ConfigurationOptions configuration, TimeProvider? time = null, ILogger? logger = null) =>
        new(RedisConnector.Own(configuration, time ?? TimeProvider.System), logger);

    /// <summary>Another connection to the same servers, with the command timeout extended by this time.</summary>
    public RedisConnection Separate(TimeSpan longer)
    {
        var separate = new RedisConnection(Connector.Separate(longer), _logger);
        separate.Acceptance.AllowsEviction = Acceptance.AllowsEviction;
        return separate;
    }

    /// <summary>The database. Connects first if necessary.</summary>
    /// <exception cref="ChatUnavailableException">There is no connection yet, or the wait was canceled. Nothing was sent.</exception>
    /// <exception cref="ChatTopologyException">The call writes, and two servers claim to be the primary.</exception>
    /// <exception cref="ChatServerException">The server is not fit to store messages.</exception>
    public ValueTask<IDatabase> GetDatabaseAsync(CancellationToken cancellationToken, bool writes = false) =>
        Current is { IsAccepted: true } link && !(writes && link.Guard.HasTwo() != false)
            ? new(link.Database)
            : new(ConnectAsync(writes, cancellationToken));

    /// <summary>Reports a failure that the connection may have caused: it is checked and, if it is stuck, replaced.</summary>
    public void Suspect() => _watchdog?.Suspect();

    /// <summary>Creates a second connection beside the current one.</summary>
    /// <param name="atMost">How long to wait for each server, if that is shorter than the configured time.</param>
    public async Task<RedisLink> OpenLinkAsync(TimeSpan? atMost = null) =>
        new(await Connector.ConnectAsync(atMost).ConfigureAwait(false), Connector.Time);

    /// <summary>Replaces a connection with another and closes the old one. <see langword="false"/> if the old one is no longer in use.</summary>
    public bool TryReplace(RedisLink old, RedisLink replacement)
    {
        lock (_gate)
        {
            if (Current != old)
            {
                return false;
            }

            Unwatch(old);
            _link = Task.FromResult(Watch(replacement));
            Errors.Restored();
        }

        _ = old.CloseAsync();
        Trouble?.Invoke();
        Replaced?.Invoke();
        return true;
    }

    public ValueTask DisposeAsync()
    {
        Task<RedisLink>? link;
        lock (_gate)
        {
            link = _disposed ? null : _link;
            _disposed = true;
        }

        // Do not wait for an attempt to connect to a server that is down.
        var closing = link is null ? Task.CompletedTask : CloseAsync(link);
        return link is { IsCompleted: true } ? new(closing) : default;
    }

    public void Dispose() => _ = DisposeAsync().AsTask();

    /// <summary>The connection, for inspecting its servers: they need not be fit to store messages.</summary>
    /// <exception cref="ChatUnavailableException">There is no connection yet, or the wait was canceled.</exception>
    public async Task<RedisLink> ConnectAsync(CancellationToken cancellationToken)
    {
        Task<RedisLink> connecting;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(IMessageStore));
            if (_link is null or { IsFaulted: true } or { IsCanceled: true })
            {
                _link = Connector.IsOwn ? Background.Run(ConnectFirstAsync) : ConnectFirstAsync();
            }

            connecting = _link;
        }

        try
        {
            return await connecting.UntilAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or OperationCanceledException || (e is ObjectDisposedException && !_disposed))
        {
            throw Errors.NotSent(e);
        }
        catch (ChatUnavailableException e)
        {
            // Every caller that waits for the same attempt gets its own exception.
            throw new ChatUnavailableException(e.Message, e);
        }
    }

    private async Task<IDatabase> ConnectAsync(bool writes, CancellationToken cancellationToken)
    {
        var link = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await Acceptance.RequireAsync(link, writes, cancellationToken).ConfigureAwait(false);
            return link.Database;
        }
        catch (OperationCanceledException e)
        {
            throw Errors.NotSent(e);
        }
    }

    private async Task<RedisLink> ConnectFirstAsync() => Watch(await OpenLinkAsync().ConfigureAwait(false));

    private RedisLink Watch(RedisLink link)
    {
        link.Multiplexer.ConnectionFailed += HandleChange;
        link.Multiplexer.ConnectionRestored += HandleChange;
        return link;
    }

    private void Unwatch(RedisLink link)
    {
        link.Multiplexer.ConnectionFailed -= HandleChange;
        link.Multiplexer.ConnectionRestored -= HandleChange;
    }

    private void HandleChange(object? sender, ConnectionFailedEventArgs e)
    {
        Errors.Changed(e);
        Trouble?.Invoke();
    }

    private async Task CloseAsync(Task<RedisLink> connecting)
    {
        await Task.WhenAny(connecting).ConfigureAwait(false);
        if (connecting.IsCompletedSuccessfully)
        {
            Unwatch(connecting.Result);
            await (Connector.IsOwn ? connecting.Result.CloseAsync() : Task.CompletedTask).ConfigureAwait(false);
        }
        else
        {
            connecting.Observe();
        }
    }
}
