using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat;

/// <summary>Stores messages in Redis hashes: the default store. docs/keys.md describes what each key holds.</summary>
/// <remarks>
/// An append is one script call: atomic, and one round trip once the room's last id is roughly known. A change reads the message and then makes one
/// script call, and repeats both if another change came first. Reads are several pipelined commands. They go to the primary, except for pages if
/// <see cref="RedisStoreOptions.PreferReplicas"/> is set.
/// </remarks>
public sealed class RedisMessageStore : IMessageStore, IDurableStore, IStoreHealth, IServerInspection, IAsyncDisposable, IDisposable
{
    private readonly RedisStoreContext _context;
    private readonly StoreFeatures _features;
    private readonly RedisSends _sends;
    private readonly PageReader _pages;
    private readonly ChangeLogReader _changes;
    private readonly MessageFinder _messages;
    private readonly MessageEditor _editor;
    private readonly BucketSealer _sealer;
    private readonly RedisLive _live;
    private readonly WatchedStore _watched;
    private readonly RedisEncryption? _encryption;

    /// <summary>Creates a store on a connection that the caller owns. Disposing the store does not dispose the connection.</summary>
    /// <param name="multiplexer">The connection.</param>
    /// <param name="options">The settings; the defaults if omitted. <see cref="RedisStoreOptions.Configuration"/> is not used.</param>
    /// <param name="keys">Names the keys; if omitted, a <see cref="HashTagKeyScheme"/> with the options' prefix.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public RedisMessageStore(IConnectionMultiplexer multiplexer, RedisStoreOptions? options = null, IRoomKeyScheme? keys = null)
        : this(RedisConnection.Shared(multiplexer ?? throw new ArgumentNullException(nameof(multiplexer))), options, keys)
    {
    }

    /// <summary>Creates a store with its own connection, which is established on first use and closed when the store is disposed.</summary>
    /// <param name="configuration">How to connect: <c>localhost:6379</c>, or any other string that <see cref="RedisConfiguration"/> describes.</param>
    /// <param name="options">The settings; the defaults if omitted. <see cref="RedisStoreOptions.Configuration"/> is not used.</param>
    /// <param name="keys">Names the keys; if omitted, a <see cref="HashTagKeyScheme"/> with the options' prefix.</param>
    /// <exception cref="ArgumentException">The string is not valid, or an option is out of its range.</exception>
    public RedisMessageStore(string configuration, RedisStoreOptions? options = null, IRoomKeyScheme? keys = null)
        : this(RedisConfiguration.Parse(configuration), options, keys)
    {
    }

    /// <summary>Creates a store with its own connection, which is established on first use and closed when the store is disposed.</summary>
    /// <param name="configuration">
    /// How to connect. The store uses a copy with <c>AbortOnConnectFail</c> off, and commands that fail fast while there is no connection, because
    /// <see cref="Chat"/> retries.
    /// </param>
    /// <param name="options">The settings; the defaults if omitted. <see cref="RedisStoreOptions.Configuration"/> is not used.</param>
    /// <param name="keys">Names the keys; if omitted, a <see cref="HashTagKeyScheme"/> with the options' prefix.</param>
    /// <exception cref="ArgumentException">There is no end point, one is invalid, or an option is out of its range.</exception>
    public RedisMessageStore(ConfigurationOptions configuration, RedisStoreOptions? options = null, IRoomKeyScheme? keys = null)
        : this(RedisConnection.Own(configuration ?? throw new ArgumentNullException(nameof(configuration))), options, keys)
    {
    }

    internal RedisMessageStore(
        RedisConnection connection, RedisStoreOptions? options, IRoomKeyScheme? keys, TimeProvider? time = null, ILogger? logger = null, ChatEncryption? encryption = null)
    {
        options ??= new RedisStoreOptions();
        OptionsProblems.ThrowIfAny(OptionsProblems.In(options), nameof(options));
        if (connection.Connector.Problem is { } problem)
        {
            throw new ArgumentException(problem, nameof(connection));
        }

        connection.Acceptance.AllowsEviction = options.AllowEviction;
        time ??= TimeProvider.System;
        logger ??= NullLogger.Instance;
        var names = new KeyNames(keys ?? new HashTagKeyScheme(options.KeyPrefix), connection.Connector.DatabaseNumber, connection.Channels.Prefix);
        _context = new RedisStoreContext(connection, names, new KnownRooms(options.RoomCacheSize, logger), options, time, logger);
        if (encryption is not null)
        {
            _context.Ciphers = new RoomCiphers(_context, encryption);
            _context.Heard = room => _live!.TryGetHeard(room, out var heard) ? heard.MessageId : 0;
            _encryption = new RedisEncryption(_context, _context.Ciphers);
        }

        _sealer = new BucketSealer(_context);
        var changer = new RoomChanger(_context);
        _features = new StoreFeatures(_context, changer, () => _sends!);
        _sends = new RedisSends(_context, _sealer, _features.Activity);
        _live = new RedisLive(_context, new LivePayload(_features.LiveKinds) { PassingKinds = _features.PassingKinds }, _features.Probed);
        _pages = new PageReader(_context, _live, _features.PageFeatures) { Unfinished = _features.Unfinished };
        _changes = new ChangeLogReader(_context, _features.ChangedSubjects) { Unfinished = _features.Unfinished };
        _messages = new MessageFinder(_context) { Unfinished = _features.Unfinished };
        _editor = new MessageEditor(_context, changer, _messages, _features.DeletionEffects, _features.EditEffects, _features.ReplyDeletions, _features.UpkeepCalls);
        _watched = new WatchedStore(this, _live, time, logger);
    }

    /// <summary>Seals the room's old buckets in the background, if it has any.</summary>
    internal void Seal(string room) => _sealer.Add(room);

    /// <summary>Completes when everything that this store found to seal has been sealed or left open.</summary>
    internal Task SealedAsync() => _sealer.IdleAsync();

    /// <summary>Completes when the directory has been set right wherever this store found it wrong.</summary>
    internal Task DirectoryKeptAsync() => _features.Activity.IdleAsync();

    /// <summary>Completes when the last report of a deletion that was heard has been checked.</summary>
    internal Task DeletionCheckedAsync() => _live.DeletionCheckedAsync();

    /// <summary>Moves old messages to the archive; tests make it move them sooner.</summary>
    internal RedisArchiving Archiving => _features.Archiving;

    /// <summary>The sends, for tests that prepare one themselves.</summary>
    internal RedisSends Sends => _sends;

    /// <summary>How many bytes of buffers are kept for later sends.</summary>
    internal int PooledBytes => _sends.PooledBytes;

    /// <inheritdoc/>
    public bool RecognizesRepeatedAppends => true;

    /// <inheritdoc/>
    object? IMessageStore.GetAbility(Type ability) =>
        ability.IsInstanceOfType(this) ? this
        : ability.IsInstanceOfType(_sends) ? _sends
        : ability.IsInstanceOfType(_encryption) ? _encryption
        : _features.Abilities.FirstOrDefault(ability.IsInstanceOfType);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<MessageReceipt>> AppendAsync(
        string room, IReadOnlyList<NewMessage> messages, CancellationToken cancellationToken = default) =>
        AppendAsync(room, messages, Durability.Memory, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">
    /// Durable sends need a second connection, and the configuration string of the host's connection cannot be read back.
    /// </exception>
    public ValueTask<IReadOnlyList<MessageReceipt>> AppendAsync(
        string room, IReadOnlyList<NewMessage> messages, Durability durability, CancellationToken cancellationToken = default) =>
        _sends.AppendAsync(room, messages, durability, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Message?> GetAsync(string room, long id, CancellationToken cancellationToken = default) =>
        _messages.GetAsync(room, id, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<MessagePage> ReadAsync(string room, MessageQuery query, CancellationToken cancellationToken = default) =>
        _context.Calls.RunAsync(
            (Pages: _pages, Room: room, Query: query),
            static (database, call, token) => call.Pages.ReadAsync(database, call.Room, call.Query, token), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<MessageChange> ChangeAsync(
        string room, long id, Func<Message, MessageDecision> decide, CancellationToken cancellationToken = default) =>
        _editor.ChangeAsync(room, id, decide, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<RoomChanges> ReadChangesAsync(
        string room, RoomPosition after, int limit, CancellationToken cancellationToken = default) =>
        _context.Calls.RunAsync(
            (Changes: _changes, Room: room, After: after, Limit: limit),
            static (database, call, token) => call.Changes.ReadAsync(database, call.Room, call.After, call.Limit, token).UntilAsync(token), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<RoomEvent> WatchAsync(string room, WatchOptions options, CancellationToken cancellationToken = default) =>
        _watched.Watch(room, options, cancellationToken);

    /// <inheritdoc/>
    public Task<ChatHealth> CheckHealthAsync(TimeSpan patience, CancellationToken cancellationToken = default) =>
        new RedisHealth(_context, _sealer).CheckAsync(patience, cancellationToken);

    /// <inheritdoc/>
    public Task<ServerInspection> InspectServerAsync(TimeSpan patience, CancellationToken cancellationToken = default) =>
        new RedisInspection(_context).RunAsync(patience, cancellationToken);

    /// <summary>Ends the watchers with an <see cref="ObjectDisposedException"/>, and closes the connection if the store created it.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_features.DisposeAsync().AsTask(), _live.DisposeAsync().AsTask()).ConfigureAwait(false);
        await _sealer.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(_sends.DisposeAsync().AsTask(), _context.Connection.DisposeAsync().AsTask()).ConfigureAwait(false);
    }

    /// <summary>Does the same, for hosts that do not dispose asynchronously.</summary>
    public void Dispose()
    {
        _ = _features.DisposeAsync().AsTask();
        _live.Dispose();
        _ = _sealer.DisposeAsync().AsTask();
        _ = _sends.DisposeAsync().AsTask();
        _context.Connection.Dispose();
    }
}
