using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat;

/// <summary>
/// Stores messages in the layout of the well-known tutorial on chat in Redis hashes, so that an application can share its rooms with other
/// programs, in any language, that read and write that layout at the same time. docs/keys.md describes each key.
/// </summary>
/// <remarks>
/// <para>
/// It supports what the layout has room for: sending, receiving and deleting. Editing, metadata and idempotency keys throw
/// <see cref="NotSupportedException"/>; without idempotency keys, a send that may have happened is not retried. Times are in whole seconds, by this
/// process's clock, and positions have no epoch. An id is assigned before its message is written, so a message may appear below one that
/// was already read: pollers should reread the last few ids. Choose this store for existing data, and <see cref="RedisMessageStore"/> for
/// anything new.
/// </para>
/// <para>
/// The layout names authors only in the room's list of users. If another program removed a user there, <see cref="Message.User"/> is empty.
/// Finding authors takes a command for each user who may have written a message. On the newest page these are at most as many as messages; on old
/// pages of rooms with many users they can be all users, which takes long and is logged as a warning, once per store.
/// </para>
/// <para>
/// A message whose timestamp another program broke is in <see cref="MessagePage.Unreadable"/>, and can be deleted. The deletion then reports the
/// message with <see cref="DateTimeOffset.UnixEpoch"/> as its time.
/// </para>
/// <para>Not for Redis Cluster: the keys of a room are in different slots.</para>
/// </remarks>
public sealed class ClassicMessageStore : IMessageStore, IAsyncDisposable, IDisposable
{
    private const int ManyUsers = 1000;

    private readonly RedisConnection _connection;
    private readonly ClassicKeyScheme _keys;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private int _warned;

    /// <summary>Creates a store on a connection that the caller owns. Disposing the store does not dispose the connection.</summary>
    /// <param name="multiplexer">The connection.</param>
    /// <param name="keyPrefix">The beginning of every key.</param>
    /// <param name="allowEviction">Whether to use a server even if it evicts keys: see <see cref="RedisStoreOptions.AllowEviction"/>.</param>
    /// <exception cref="ArgumentException">The prefix is not valid.</exception>
    public ClassicMessageStore(IConnectionMultiplexer multiplexer, string keyPrefix = HashTagKeyScheme.DefaultPrefix, bool allowEviction = false)
        : this(RedisConnection.Shared(multiplexer ?? throw new ArgumentNullException(nameof(multiplexer))), keyPrefix, allowEviction, TimeProvider.System)
    {
    }

    internal ClassicMessageStore(RedisConnection connection, string keyPrefix, bool allowEviction, TimeProvider time, ILogger? logger = null)
    {
        _connection = connection;
        _connection.Acceptance.AllowsEviction = allowEviction;
        _keys = new ClassicKeyScheme(keyPrefix);
        _time = time;
        _logger = logger ?? NullLogger.Instance;
    }

    /// <inheritdoc/>
    public bool RecognizesRepeatedAppends => false;

    /// <summary>The connection.</summary>
    internal RedisConnection Connection => _connection;

    /// <summary>Names the keys.</summary>
    internal ClassicKeyScheme Keys => _keys;

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">A message has metadata, mentions or an idempotency key, is a reply, or expires.</exception>
    public async ValueTask<IReadOnlyList<MessageReceipt>> AppendAsync(
        string room, IReadOnlyList<NewMessage> messages, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        foreach (var message in messages)
        {
            _ = _keys.User(room, message.User);
            ThrowUnless(message.Metadata.Count == 0, "metadata");
            ThrowUnless(message.IdempotencyKey is null, "idempotency keys");
            ThrowUnless(message.ReplyTo is null, "replies");
            ThrowUnless(message.Mentions.Count == 0, "mentions");
            ThrowUnless(message.ExpiresAfter is null, "expiring messages");
        }

        var database = await _connection.GetDatabaseAsync(cancellationToken, writes: true).ConfigureAwait(false);
        try
        {
            // Any program may be counting at the same time, so the ids must be assigned before the messages can be written.
            var last = await database.StringIncrementAsync(_keys.Counter(room), messages.Count).UntilAsync(cancellationToken).ConfigureAwait(false);
            var seconds = _time.GetUtcNow().ToUnixTimeSeconds();
            var transaction = database.CreateTransaction();
            var writes = new List<Task>();
            var receipts = new MessageReceipt[messages.Count];
            for (var i = 0; i < receipts.Length; i++)
            {
                var id = last - messages.Count + 1 + i;
                writes.Add(transaction.HashSetAsync(_keys.Room(room), messages[i].User, id));
                writes.Add(transaction.HashSetAsync(_keys.User(room, messages[i].User), id, messages[i].Text));
                writes.Add(transaction.HashSetAsync(
                    _keys.Message(room, id), [new HashEntry("content", messages[i].Text), new HashEntry("timestamp", seconds)]));
                var stamp = seconds * 1_000_000;
                receipts[i] = new MessageReceipt
                {
                    Id = id,
                    Timestamp = Micros.ToTime(stamp),
                    Position = new RoomPosition(0, id, stamp, 0),
                };
            }

            // Redis does not roll back a transaction: if one write meets a key of another type, that write alone fails, and so does the send.
            writes.Add(transaction.ExecuteAsync());
            await Task.WhenAll(writes).UntilAsync(cancellationToken).ConfigureAwait(false);
            return receipts;
        }
        catch (RedisServerException e) when (e.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal))
        {
            throw new ChatDataException(
                "One of the room's keys holds a different type of data; the message may have been written in part. Another program may be using the same key prefix.", e);
        }
        catch (Exception e) when (_connection.Errors.TryTranslate(e, out var error))
        {
            throw error;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<Message?> GetAsync(string room, long id, CancellationToken cancellationToken = default)
    {
        _ = _keys.Room(room);
        var database = await _connection.GetDatabaseAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var reader = new ClassicReader(database, _keys, room, cancellationToken);
            var message = await reader.GetAsync(id).ConfigureAwait(false);
            WarnOfManyUsers(reader, room);
            return message;
        }
        catch (Exception e) when (_connection.Errors.TryTranslate(e, out var error))
        {
            throw error;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<MessagePage> ReadAsync(string room, MessageQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ThrowUnless(!query.IncludeDeleted, "tombstones");
        _ = query.User is null ? _keys.Room(room) : _keys.User(room, query.User);
        var database = await _connection.GetDatabaseAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var reader = new ClassicReader(database, _keys, room, cancellationToken);
            var page = await reader.ReadPageAsync(query).ConfigureAwait(false);
            WarnOfManyUsers(reader, room);
            return page;
        }
        catch (Exception e) when (_connection.Errors.TryTranslate(e, out var error))
        {
            throw error;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The decision is an edit: the layout can only delete.</exception>
    public async ValueTask<MessageChange> ChangeAsync(
        string room, long id, Func<Message, MessageDecision> decide, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(decide);
        _ = _keys.Room(room);
        var database = await _connection.GetDatabaseAsync(cancellationToken, writes: true).ConfigureAwait(false);
        try
        {
            // It repeats only if another program changed the text in between.
            while (true)
            {
                var reader = new ClassicReader(database, _keys, room, cancellationToken);
                var stored = await reader.FindAsync(id).ConfigureAwait(false);
                WarnOfManyUsers(reader, room);
                if (stored is null)
                {
                    return new(ChangeOutcome.NotFound, null);
                }

                // Deleting needs no timestamp, so an invalid one must not prevent it.
                var readable = stored.TryRead();
                var message = readable ?? stored.At(DateTimeOffset.UnixEpoch);
                var decision = decide(message);
                ThrowUnless(decision.Outcome is ChangeOutcome.Unchanged or ChangeOutcome.Deleted, "editing");
                if (decision.Outcome == ChangeOutcome.Unchanged)
                {
                    return new(ChangeOutcome.Unchanged, readable ?? throw reader.UnreadableTime(id));
                }

                if (await DeleteAsync(database, room, stored, cancellationToken).ConfigureAwait(false))
                {
                    return new(ChangeOutcome.Deleted, message);
                }
            }
        }
        catch (Exception e) when (_connection.Errors.TryTranslate(e, out var error))
        {
            throw error;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Always: the layout keeps no record of changes.</exception>
    public ValueTask<RoomChanges> ReadChangesAsync(
        string room, RoomPosition after, int limit, CancellationToken cancellationToken = default) => throw NotSupported("changes since a position");

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Always: other programs that use the layout publish nothing.</exception>
    public IAsyncEnumerable<RoomEvent> WatchAsync(string room, WatchOptions options, CancellationToken cancellationToken = default) => throw NotSupported("watching");

    /// <summary>Closes the connection, if the store created it.</summary>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <summary>Closes the connection, if the store created it, for hosts that do not dispose asynchronously.</summary>
    public void Dispose() => _connection.Dispose();

    /// <summary>Deletes a message; <see langword="false"/> if its text has changed since it was read.</summary>
    private async Task<bool> DeleteAsync(IDatabase database, string room, ClassicMessage message, CancellationToken cancellationToken)
    {
        var transaction = database.CreateTransaction();
        var key = _keys.Message(room, message.Id);

        // Compare the bytes as they were read: as text, invalid UTF-8 would never be equal.
        transaction.AddCondition(Condition.HashEqual(key, "content", message.Content));
        var writes = new List<Task> { transaction.HashDeleteAsync(key, ["content", "timestamp"]) };
        if (message.User.Length > 0)
        {
            writes.Add(transaction.HashDeleteAsync(_keys.User(room, message.User), message.Id));
        }

        // If the condition does not hold, the writes are canceled.
        if (!await transaction.ExecuteAsync().UntilAsync(cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        await Task.WhenAll(writes).UntilAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    private void WarnOfManyUsers(ClassicReader reader, string room)
    {
        if (reader.UsersAsked > ManyUsers && Interlocked.Exchange(ref _warned, 1) == 0)
        {
            ChatLog.ManyUsersAsked(_logger, reader.UsersAsked, _keys.Room(room));
        }
    }

    private static void ThrowUnless(bool supported, string ability)
    {
        if (!supported)
        {
            throw NotSupported(ability);
        }
    }

    private static NotSupportedException NotSupported(string ability) =>
        new($"{nameof(ClassicMessageStore)} does not support {ability}: the classic layout has no place for it. Use {nameof(RedisMessageStore)}.");
}
