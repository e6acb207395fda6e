using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// The connection of a store, made at first use, so that a host starts while Redis is down, and made anew where it is stuck. A connection that the
/// host owns is used as it is and never disposed.
/// </summary>
internal sealed class RedisConnection : IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan DisposeTimeout = TimeSpan.FromSeconds(2);

    private readonly object _gate = new();
    private readonly Func<TimeSpan?, Task<IConnectionMultiplexer>> _connect;
    private readonly ConfigurationOptions? _configuration;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RedisWatchdog? _watchdog;
    private Task<RedisLink>? _link;

    // Why the last attempt to connect was refused. The client library soon forgets it for what follows from it.
    private volatile Exception? _refused;
    private bool _disposed;

    private RedisConnection(
        Func<TimeSpan?, Task<IConnectionMultiplexer>> connect, ConfigurationOptions? configuration, int databaseNumber, TimeProvider? time, ILogger? logger)
    {
        DatabaseNumber = databaseNumber;
        _connect = connect;
        _configuration = configuration;
        _time = time ?? TimeProvider.System;
        _logger = logger ?? NullLogger.Instance;
        _watchdog = configuration is null ? null : new RedisWatchdog(this, _time, _logger);
    }

    /// <summary>Called when the connection breaks or is restored, as far as the client library notices, and when it was made anew.</summary>
    public event Action? Trouble;

    /// <summary>Called when the connection was made anew: what was subscribed to over the old one must be subscribed to again.</summary>
    public event Action? Replaced;

    /// <summary>Whether a server that evicts keys, and so deletes messages, is used all the same.</summary>
    public bool AllowsEviction { get; set; }

    /// <summary>Whether live events go by sharded pub/sub: see <see cref="RedisLink.IsSharded"/>.</summary>
    public bool IsSharded => Current is { IsSharded: true };

    /// <summary>The command that publishes live events.</summary>
    public string PublishCommand => IsSharded ? "SPUBLISH" : "PUBLISH";

    /// <summary>The number of the database that holds the keys.</summary>
    public int DatabaseNumber { get; }

    /// <summary>Whether <see cref="Separate"/> can make another one.</summary>
    public bool IsOwn => _configuration is not null;

    /// <summary>The connection there is; <see langword="null"/> before the first one.</summary>
    public RedisLink? Current => _link is { IsCompletedSuccessfully: true } link && !_disposed ? link.Result : null;

    /// <summary>Uses a connection of the host's.</summary>
    /// <exception cref="ArgumentException">An end point has a name that no host can have.</exception>
    public static RedisConnection Shared(IConnectionMultiplexer multiplexer, TimeProvider? time = null, ILogger? logger = null)
    {
        RedisConfiguration.CheckEndPoints(multiplexer.GetEndPoints(configuredOnly: true), nameof(multiplexer));
        return new(_ => Task.FromResult(multiplexer), null, multiplexer.GetDatabase().Database, time, logger);
    }

    /// <summary>Makes a connection of its own, and closes it when disposed.</summary>
    /// <exception cref="ArgumentException">There is no end point, or one has a name that no host can have.</exception>
    public static RedisConnection Own(ConfigurationOptions configuration, TimeProvider? time = null, ILogger? logger = null)
    {
        RedisConfiguration.CheckEndPoints(configuration.EndPoints, nameof(configuration));
        configuration = configuration.Clone();
        configuration.AbortOnConnectFail = false;

        // While the server is away a command fails at once, and the facade tries again until its deadline. In the client's backlog it
        // would be sent at some time after its caller was told that it failed; and a restored connection would send what is
        // queued before its subscriptions stand, so that watchers would miss it.
        configuration.BacklogPolicy = BacklogPolicy.FailFast;

        // The client's own guard against administrators' commands, INFO among them, keeps the chat from looking at its servers. What may be
        // asked is up to the server.
        configuration.AllowAdmin = true;
        return new(ConnectAsync, configuration, configuration.DefaultDatabase ?? 0, time, logger);

        async Task<IConnectionMultiplexer> ConnectAsync(TimeSpan? atMost)
        {
            var current = configuration;
            if (atMost is { } limit && limit < TimeSpan.FromMilliseconds(configuration.ConnectTimeout))
            {
                current = configuration.Clone();
                current.ConnectTimeout = (int)limit.TotalMilliseconds;
            }

            if (!string.IsNullOrEmpty(current.ServiceName))
            {
                current = await RedisSentinels.ResolveAsync(current, time ?? TimeProvider.System).ConfigureAwait(false);
            }

            return await ConnectionMultiplexer.ConnectAsync(current).ConfigureAwait(false);
        }
    }

    /// <summary>Another connection to the same servers, on which commands may wait for so much longer.</summary>
    public RedisConnection Separate(TimeSpan longer)
    {
        var configuration = (_configuration ?? throw new InvalidOperationException("The host's connection cannot be made again.")).Clone();
        configuration.AsyncTimeout += (int)longer.TotalMilliseconds;
        return Own(configuration, _time, _logger);
    }

    /// <summary>The database, connected to if it was not before.</summary>
    /// <exception cref="ChatUnavailableException">There is no connection yet, or the wait was cancelled: nothing was sent.</exception>
    /// <exception cref="ChatTopologyException">It is for writing, and two servers claim to be the primary.</exception>
    /// <exception cref="ChatServerException">The server is not fit to keep messages.</exception>
    public ValueTask<IDatabase> GetDatabaseAsync(CancellationToken cancellationToken, bool writes = false) =>
        Current is { IsAccepted: true } link && !(writes && link.HasTwoPrimaries())
            ? new(link.Database)
            : new(ConnectAsync(writes, cancellationToken));

    /// <summary>The channel of that name, for publishing and subscribing as <see cref="IsSharded"/> says.</summary>
    public RedisChannel LiveChannel(string name) => IsSharded ? RedisChannel.Sharded(name) : RedisChannel.Literal(name);

    /// <summary>
    /// The chat's error for one of Redis's; <see langword="false"/> for an exception that is not Redis's. Where the connection may be at fault it is looked at.
    /// </summary>
    public bool TryTranslate(
        Exception error, [NotNullWhen(true)] out ChatException? translated, bool writes = true)
    {
        // A connection that was made anew is disposed under those who were about to use it.
        translated = error is ObjectDisposedException && !_disposed
            ? RedisErrors.NotSent(error)
            : RedisErrors.Translate(error, writes);
        if (translated is ChatUnavailableException { MayHaveHappened: false }
            && error is not RedisServerException
            && (RedisErrors.RefusedHandshake(error) ?? _refused) is { } refused)
        {
            translated = RedisErrors.Refused(refused);
        }

        if (translated is ChatUnavailableException || error is OperationCanceledException)
        {
            Suspect();
        }

        return translated is not null;
    }

    /// <summary>The error where nothing was sent for want of a connection, which is looked at.</summary>
    public ChatUnavailableException NotSent(Exception e)
    {
        Suspect();
        return (RedisErrors.RefusedHandshake(e) ?? _refused) is { } refused
            ? RedisErrors.Refused(refused)
            : RedisErrors.NotSent(e);
    }

    /// <summary>Something went wrong that the connection may be the reason of: it is looked at and, if it is stuck, made anew.</summary>
    public void Suspect() => _watchdog?.Suspect();

    /// <summary>Makes a connection on the side.</summary>
    /// <param name="atMost">How long to wait for each server, if that is shorter than the configuration says.</param>
    public async Task<RedisLink> ConnectAnewAsync(TimeSpan? atMost = null) => new(await _connect(atMost).ConfigureAwait(false), _time);

    /// <summary>Puts a connection in the place of another, which is closed. <see langword="false"/> if that is not in use any more.</summary>
    public bool TryReplace(RedisLink old, RedisLink replacement)
    {
        lock (_gate)
        {
            if (Current != old)
            {
                return false;
            }

            _link = Task.FromResult(replacement);
            _refused = null;
            Unwatch(old);
            Watch(replacement);
        }

        _ = CloseAsync(old);
        Trouble?.Invoke();
        Replaced?.Invoke();
        return true;
    }

    /// <summary>Closes a connection without waiting for what is under way on it.</summary>
    public static async Task CloseAsync(RedisLink link)
    {
        try
        {
            await link.Multiplexer.CloseAsync(allowCommandsToComplete: false).UntilAsync(DisposeTimeout, TimeProvider.System).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException or OperationCanceledException)
        {
            // It is gone or stuck, which is why it is closed.
        }

        link.Multiplexer.Dispose();
    }

    public ValueTask DisposeAsync() => Close() is { } link ? new(CloseOnceConnectedAsync(link)) : default;

    public void Dispose() => _ = DisposeAsync().AsTask();

    /// <summary>The connection, whether or not its servers are fit to keep messages: for inspecting them.</summary>
    /// <exception cref="ChatUnavailableException">There is no connection yet, or the wait was cancelled.</exception>
    public async Task<RedisLink> ConnectAsync(CancellationToken cancellationToken)
    {
        Task<RedisLink> connecting;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(IMessageStore));
            if (_link is null or { IsFaulted: true } or { IsCanceled: true })
            {
                _link = ConnectFirstAsync();
            }

            connecting = _link;
        }

        try
        {
            return await connecting.UntilAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or OperationCanceledException || (e is ObjectDisposedException && !_disposed))
        {
            throw NotSent(e);
        }
        catch (ChatUnavailableException e)
        {
            // Everybody who waits for the same attempt gets an exception of their own.
            throw new ChatUnavailableException(e.Message, e);
        }
    }

    private async Task<IDatabase> ConnectAsync(bool writes, CancellationToken cancellationToken)
    {
        var link = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        if (!link.IsAccepted)
        {
            try
            {
                await link.AcceptAsync(AllowsEviction, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException e)
            {
                throw NotSent(e);
            }
        }

        if (writes && link.HasTwoPrimaries())
        {
            throw new ChatTopologyException(
                "Two connected servers claim to be the primary, and one of them will lose what it takes. Nothing was written. In a fail-over "
                + "this passes; if it lasts, the configuration names servers that do not belong together.");
        }

        return link.Database;
    }

    private async Task<RedisLink> ConnectFirstAsync()
    {
        var link = await ConnectAnewAsync().ConfigureAwait(false);
        Watch(link);
        return link;
    }

    private void Watch(RedisLink link)
    {
        link.Multiplexer.ConnectionFailed += HandleFailure;
        link.Multiplexer.ConnectionRestored += HandleRestoration;
    }

    private void Unwatch(RedisLink link)
    {
        link.Multiplexer.ConnectionFailed -= HandleFailure;
        link.Multiplexer.ConnectionRestored -= HandleRestoration;
    }

    private void HandleFailure(object? sender, ConnectionFailedEventArgs e)
    {
        _refused = RedisErrors.RefusedHandshake(e.Exception) ?? _refused;

        Trouble?.Invoke();
    }

    private void HandleRestoration(object? sender, ConnectionFailedEventArgs e)
    {
        _refused = null;
        Trouble?.Invoke();
    }

    // Nobody waits for a connection attempt to a server that is away.
    private async Task CloseOnceConnectedAsync(Task<RedisLink> connecting)
    {
        var closing = CloseWhenConnectedAsync();
        if (connecting.IsCompleted)
        {
            await closing.ConfigureAwait(false);
        }

        async Task CloseWhenConnectedAsync()
        {
            await Task.WhenAny(connecting).ConfigureAwait(false);
            if (connecting.IsCompletedSuccessfully)
            {
                Unwatch(connecting.Result);
                await (_configuration is null ? Task.CompletedTask : CloseAsync(connecting.Result)).ConfigureAwait(false);
            }
            else
            {
                // Looked at, so that nobody reports it as unobserved.
                _ = connecting.Exception;
            }
        }
    }

    /// <summary>Refuses further use. Returns the connection, if there is one.</summary>
    private Task<RedisLink>? Close()
    {
        lock (_gate)
        {
            var link = _disposed ? null : _link;
            _disposed = true;
            return link;
        }
    }
}
