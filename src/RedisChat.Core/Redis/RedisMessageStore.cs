using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat;

/// <summary>Keeps messages in Redis hashes: the default store. docs/keys.md tells what each key holds.</summary>
/// <remarks>
/// An append is one script call: atomic, and one round trip once the room's last id is about known. A change reads the message and then is one
/// script call, again if somebody else was faster. Reads are several pipelined commands, and go to the primary, but for pages where
/// <see cref="RedisStoreOptions.PreferReplicas"/> is set.
/// </remarks>
public sealed class RedisMessageStore : IMessageStore, IDurableStore, IPendingSendStore, IStoreHealth, IServerInspection, IAsyncDisposable, IDisposable
{
    /// <summary>How many messages share a hash. Part of the stored format.</summary>
    internal const int BucketSize = 128;

    // Then the primary is asked.
    private static readonly TimeSpan ReplicaTimeout = TimeSpan.FromSeconds(1);

    private readonly RedisConnection _connection;
    private readonly RedisStoreOptions _options;
    private readonly IRoomKeyScheme _keys;
    private readonly KnownRooms _rooms;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RedisAppends _appends;
    private readonly PageReader _reader;
    private readonly ChangeLogReader _changes;
    private readonly MessageEditor _messages;
    private readonly BucketSealer _sealer;
    private readonly RedisLive _live;
    private readonly WatchedStore _watched;
    private readonly RedisDurability _durability;

    /// <summary>Makes a store on a connection that the caller owns and that is not disposed with the store.</summary>
    /// <param name="multiplexer">The connection.</param>
    /// <param name="options">Settings; their defaults if not given. <see cref="RedisStoreOptions.Configuration"/> is not used.</param>
    /// <param name="keys">Names the keys; the <see cref="HashTagKeyScheme"/> of the options' prefix if not given.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public RedisMessageStore(IConnectionMultiplexer multiplexer, RedisStoreOptions? options = null, IRoomKeyScheme? keys = null)
        : this(RedisConnection.Shared(multiplexer ?? throw new ArgumentNullException(nameof(multiplexer))), options, keys)
    {
    }

    /// <summary>Makes a store with a connection of its own, which is made at first use and closed when the store is disposed.</summary>
    /// <param name="configuration">How to connect. A copy is used, with <c>AbortOnConnectFail</c> off and commands failing fast while there is no connection: <see cref="Chat"/> retries.</param>
    /// <param name="options">Settings; their defaults if not given. <see cref="RedisStoreOptions.Configuration"/> is not used.</param>
    /// <param name="keys">Names the keys; the <see cref="HashTagKeyScheme"/> of the options' prefix if not given.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public RedisMessageStore(ConfigurationOptions configuration, RedisStoreOptions? options = null, IRoomKeyScheme? keys = null)
        : this(RedisConnection.Own(configuration ?? throw new ArgumentNullException(nameof(configuration))), options, keys)
    {
    }

    internal RedisMessageStore(
        RedisConnection connection, RedisStoreOptions? options, IRoomKeyScheme? keys, TimeProvider? time = null, ILogger? logger = null)
    {
        _options = options ?? new RedisStoreOptions();
        OptionsProblems.ThrowIfAny(OptionsProblems.In(_options), nameof(options));
        _connection = connection;
        _connection.AllowsEviction = _options.AllowEviction;
        _keys = keys ?? new HashTagKeyScheme(_options.KeyPrefix);
        _rooms = new KnownRooms(_options.RoomCacheSize);
        _time = time ?? TimeProvider.System;
        _logger = logger ?? NullLogger.Instance;
        var sealAfter = _options.SealAfter ?? 1;
        var window = new ServerWindow(_options.IdempotencyWindow, _time);
        _sealer = new BucketSealer(_connection, _keys, _options.SealAfter, _time, _logger);
        _appends = NewAppends(_connection, CommandFlags.DemandMaster, remembers: false);
        _live = new RedisLive(_connection, _keys, _options, _time, _logger);
        _reader = new PageReader(_keys, _rooms, _live, sealAfter, OnLost);
        _changes = new ChangeLogReader(_keys, sealAfter);
        _messages = new MessageEditor(_connection, _keys, _rooms, _options, _time);
        _watched = new WatchedStore(this, _live, _time, _logger);
        _durability = new RedisDurability(
            _connection, _keys, _time, connection => NewAppends(connection, CommandFlags.DemandMaster | CommandFlags.NoRedirect, remembers: true));

        RedisAppends NewAppends(RedisConnection over, CommandFlags flags, bool remembers) =>
            new(over, flags, remembers, _keys, _rooms, _options.RoomCacheSize, window, OnLost, _sealer);
    }

    /// <summary>Looks whether the room has something to seal, and seals it in the background.</summary>
    internal void Seal(string room) => _sealer.Add(room);

    /// <summary>Completes when what this store has noticed to seal is sealed, or was left open.</summary>
    internal Task SealedAsync() => _sealer.IdleAsync();

    /// <inheritdoc/>
    public bool RecognizesRepeatedAppends => true;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<MessageReceipt>> AppendAsync(
        string room, IReadOnlyList<NewMessage> messages, CancellationToken cancellationToken = default) =>
        AppendAsync(room, messages, Durability.Memory, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The store uses a connection of the host's: the durable sends need one of their own.</exception>
    public async ValueTask<IReadOnlyList<MessageReceipt>> AppendAsync(
        string room, IReadOnlyList<NewMessage> messages, Durability durability, CancellationToken cancellationToken = default)
    {
        var send = PendingSend.Of(messages);
        await ((IPendingSendStore)this).AppendAsync(room, send, durability, cancellationToken).ConfigureAwait(false);
        return send.Receipts;
    }

    ValueTask<PendingSend> IPendingSendStore.AppendAsync(string room, PendingSend send, Durability durability, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(durability);
        return durability == Durability.Memory ? _appends.AppendAsync(room, send, cancellationToken)
            : _connection.IsOwn ? _durability.AppendAsync(room, send, durability, cancellationToken)
            : throw new NotSupportedException(
                $"The durability {durability} needs a connection of its own, for waiting blocks it. Give the chat a configuration string or "
                + "ConfigurationOptions instead of a connection multiplexer.");
    }

    /// <inheritdoc/>
    public ValueTask<Message?> GetAsync(string room, long id, CancellationToken cancellationToken = default) =>
        new(_messages.GetAsync(room, id, cancellationToken));

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<MessagePage> ReadAsync(string room, MessageQuery query, CancellationToken cancellationToken = default)
    {
        var database = await _connection.GetDatabaseAsync(room, ChatOperations.Receive, cancellationToken).ConfigureAwait(false);
        try
        {
            return (_options.PreferReplicas ? await TryReadFromReplicaAsync(database, room, query, cancellationToken).ConfigureAwait(false) : null)
                ?? await _reader.ReadAsync(new PrimaryReads(database), room, query, cancellationToken).AsTask().UntilAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (_connection.TryTranslate(e, room, ChatOperations.Receive, out var error))
        {
            throw error;
        }
    }

    /// <inheritdoc/>
    public ValueTask<MessageChange> ChangeAsync(
        string room, long id, Func<Message, Message?> change, CancellationToken cancellationToken = default) =>
        new(_messages.ChangeAsync(room, id, change, cancellationToken));

    /// <inheritdoc/>
    public async ValueTask<RoomChanges> ReadChangesAsync(
        string room, RoomPosition after, int limit, CancellationToken cancellationToken = default)
    {
        var database = await _connection.GetDatabaseAsync(room, ChatOperations.Receive, cancellationToken).ConfigureAwait(false);
        try
        {
            return await _changes.ReadAsync(database, room, after, limit, cancellationToken).UntilAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (_connection.TryTranslate(e, room, ChatOperations.Receive, out var error))
        {
            throw error;
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<RoomEvent> WatchAsync(string room, RoomPosition? after = null, CancellationToken cancellationToken = default) =>
        _watched.Watch(room, after, cancellationToken);

    /// <inheritdoc/>
    public Task<ChatHealth> CheckHealthAsync(TimeSpan patience, CancellationToken cancellationToken = default) =>
        new RedisHealth(_connection, _keys, _time, _logger).CheckAsync(patience, cancellationToken);

    /// <inheritdoc/>
    public Task<ServerInspection> InspectServerAsync(TimeSpan patience, CancellationToken cancellationToken = default) =>
        new RedisInspection(_connection, _time).RunAsync(patience, cancellationToken);

    /// <summary>Ends the watching, and closes the connection if it is the store's own.</summary>
    public async ValueTask DisposeAsync()
    {
        await _live.DisposeAsync().ConfigureAwait(false);
        await _sealer.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(_durability.DisposeAsync().AsTask(), _connection.DisposeAsync().AsTask()).ConfigureAwait(false);
    }

    /// <summary>The same, for hosts that do not dispose asynchronously.</summary>
    public void Dispose()
    {
        _live.Dispose();
        _ = _sealer.DisposeAsync().AsTask();
        _ = _durability.DisposeAsync().AsTask();
        _connection.Dispose();
    }

    /// <summary>A room has lost history that this process has seen: that is told, and not known any more.</summary>
    private void OnLost(string room, KnownRoom known, KnownRoom found)
    {
        _rooms.Set(room, found);
        ChatTelemetry.HistoryLost();
        ChatLog.HistoryLost(_logger, known.Last, found.Last);
        _live.CatchUp(room);
    }

    /// <summary>The page as a replica has it; <see langword="null"/> if that is behind what this process has seen, or no answer.</summary>
    private async Task<MessagePage?> TryReadFromReplicaAsync(IDatabase database, string room, MessageQuery query, CancellationToken cancellationToken)
    {
        if (_connection.Current?.ReplicaOf(_keys.Room(room)) is not { } replica)
        {
            return null;
        }

        _rooms.TryGet(room, out var known);
        try
        {
            var page = await _reader.ReadAsync(new ReplicaReads(replica, database.Database), room, query, cancellationToken).AsTask()
                .UntilAsync(ReplicaTimeout, _time, cancellationToken).ConfigureAwait(false);
            var found = KnownRoom.At(page.Position, known);
            if (!found.Covers(known))
            {
                return null;
            }

            _rooms.Raise(room, found);
            return page;
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            return null;
        }
    }
}
