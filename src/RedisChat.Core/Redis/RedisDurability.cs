using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Durable sends, on a connection of their own: <c>WAIT</c> blocks its connection, and speaks only for what was written over that.
/// </summary>
internal sealed class RedisDurability : IAsyncDisposable
{
    // What the answer to a wait may take on its way.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(250);

    private readonly Lazy<RedisConnection> _connection;
    private readonly RedisWaits _waits = new();
    private readonly TimeProvider _time;

    // Levels that the server was found to give. One that it gave once it is expected to give again.
    private volatile Durability[] _given = [];

    public RedisDurability(RedisConnection connection, TimeProvider time)
    {
        _time = time;
        _connection = new Lazy<RedisConnection>(() =>
        {
            var separate = connection.Separate(Durability.LongestTimeout);
            separate.AllowsEviction = connection.AllowsEviction;
            separate.Occupied = () => _waits.Occupied;
            return separate;
        });
    }

    /// <summary>The connection of durable sends.</summary>
    public RedisConnection Connection => _connection.Value;

    /// <summary>Appends, and waits until that is as durable as asked.</summary>
    /// <param name="append">Appends over <see cref="Connection"/>.</param>
    /// <param name="key">A key of the room.</param>
    /// <param name="room">The room.</param>
    /// <param name="durability">The level.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async ValueTask<IReadOnlyList<MessageReceipt>> AppendAsync(
        Func<ValueTask<IReadOnlyList<MessageReceipt>>> append, RedisKey key, string room, Durability durability, CancellationToken cancellationToken)
    {
        await Connection.GetDatabaseAsync(room, ChatOperations.Send, cancellationToken, writes: true).ConfigureAwait(false);
        var link = Connection.Current;
        IReadOnlyList<MessageReceipt>? receipts = null;
        try
        {
            if (link?.SocketOf(key) is not { } socket)
            {
                Connection.Suspect();
                throw RedisErrors.NotSent(null, room, ChatOperations.Send);
            }

            await RequireAsync(socket.Server, durability, room, cancellationToken).ConfigureAwait(false);
            receipts = await append().ConfigureAwait(false);
            var reached = await _waits.ReachAsync(socket.Server, durability)
                .WaitAsync(durability.Timeout + Grace, _time, cancellationToken).ConfigureAwait(false);
            if (link != Connection.Current || link.SocketOf(key) != socket)
            {
                // What the wait said may be true of another connection than the messages went over: so they are sent again, which stores
                // nothing new where they are known.
                throw RedisErrors.MayBeSent(null, room, ChatOperations.Send);
            }

            return reached ? receipts : throw NotReached(receipts, room, durability, null);
        }
        catch (Exception e) when (e is TimeoutException and not RedisTimeoutException || (e is OperationCanceledException && receipts is not null))
        {
            throw NotReached(receipts!, room, durability, e);
        }
        catch (RedisException e) when (Connection.TryTranslate(e, room, ChatOperations.Send, out var error, writes: receipts is not null))
        {
            // A wait that a fail-over breaks off has errors of its own.
            throw receipts is null ? error : RedisErrors.MayBeSent(e, room, ChatOperations.Send);
        }
    }

    public ValueTask DisposeAsync() => _connection.IsValueCreated ? _connection.Value.DisposeAsync() : default;

    private static ChatDurabilityException NotReached(IReadOnlyList<MessageReceipt> receipts, string room, Durability durability, Exception? inner) =>
        new(
            $"The messages are stored, but not confirmed to be {durability} within {durability.Timeout.TotalSeconds:0.###} s: they are lost if the server fails now. "
            + (durability.IsFsynced ? "Look at the server's disk." : "Look at the server's replicas."), inner)
        {
            Room = room,
            Operation = ChatOperations.Send,
            Receipts = receipts,
        };

    /// <summary>Refuses a level that the server cannot give, before anything is sent at it.</summary>
    private async ValueTask RequireAsync(IServer server, Durability durability, string room, CancellationToken cancellationToken)
    {
        if (Array.Exists(_given, known => known.IsFsynced == durability.IsFsynced && known.Replicas >= durability.Replicas))
        {
            return;
        }

        var info = await RedisInfo.ReadAsync(server, cancellationToken).ConfigureAwait(false);
        if (RedisRequirements.RefusalOf(info, durability) is { } refusal)
        {
            throw new ChatServerException(refusal) { Room = room, Operation = ChatOperations.Send };
        }

        // One that waits for nothing shows whether the user may wait at all.
        await RedisWaits.TryAsync(server, durability).UntilAsync(cancellationToken).ConfigureAwait(false);
        _given = [.. _given, durability];
    }
}
