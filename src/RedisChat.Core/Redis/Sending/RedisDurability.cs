using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Durable sends, on a connection of their own: <c>WAIT</c> blocks its connection, and speaks only for what was written over that.
/// </summary>
internal sealed class RedisDurability : IAsyncDisposable
{
    // What the answer to a wait may take on its way.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(250);

    private readonly RedisConnection _main;
    private readonly IRoomKeyScheme _keys;
    private readonly Lazy<RedisConnection> _connection;
    private readonly Lazy<RedisAppends> _appends;
    private readonly TimeProvider _time;

    // Levels that the server was found to give. One that it gave once it is expected to give again.
    private volatile Durability[] _given = [];

    /// <param name="main">The store's connection.</param>
    /// <param name="keys">Names the keys.</param>
    /// <param name="time">The clock of waits.</param>
    /// <param name="appendOver">Makes what appends over a connection, to the server that it has for the key and to no other.</param>
    public RedisDurability(RedisConnection main, IRoomKeyScheme keys, TimeProvider time, Func<RedisConnection, RedisAppends> appendOver)
    {
        _main = main;
        _keys = keys;
        _time = time;
        _connection = new Lazy<RedisConnection>(() =>
        {
            var separate = main.Separate(Durability.LongestTimeout);
            separate.AllowsEviction = main.AllowsEviction;
            return separate;
        });
        _appends = new Lazy<RedisAppends>(() => appendOver(Connection));
    }

    /// <summary>The connection of durable sends.</summary>
    public RedisConnection Connection => _connection.Value;

    /// <summary>Appends, and waits until that is as durable as asked.</summary>
    public async ValueTask<PendingSend> AppendAsync(string room, PendingSend send, Durability durability, CancellationToken cancellationToken)
    {
        RedisKey key = _keys.Room(room);
        await Connection.GetDatabaseAsync(room, ChatOperations.Send, cancellationToken, writes: true).ConfigureAwait(false);
        var link = Connection.Current;
        if (link?.SocketOf(key) is not { } socket)
        {
            Connection.Suspect();
            throw RedisErrors.NotSent(null, room, ChatOperations.Send);
        }

        await RequireAsync(socket.Server, durability, room, cancellationToken).ConfigureAwait(false);
        await _appends.Value.AppendAsync(room, send, cancellationToken).ConfigureAwait(false);
        try
        {
            var reached = await link.Waits.ReachAsync(socket.Server, durability)
                .UntilAsync(durability.Timeout + Grace, _time, cancellationToken).ConfigureAwait(false);
            if (link != Connection.Current || link.SocketOf(key) != socket || link.HasTwoPrimaries())
            {
                // What the wait said may be true of another connection than the messages went over: so they are sent again, which stores
                // nothing new where they are known.
                throw RedisErrors.MayBeSent(null, room, ChatOperations.Send);
            }

            if (!reached)
            {
                throw NotReached(send.Receipts, room, durability, null);
            }

            return send;
        }
        catch (Exception e) when (e is OperationCanceledException || (e is TimeoutException and not RedisTimeoutException))
        {
            throw NotReached(send.Receipts, room, durability, e);
        }
        catch (Exception e) when (Connection.TryTranslate(e, room, ChatOperations.Send, out _))
        {
            // A wait that a fail-over breaks off has errors of its own.
            throw RedisErrors.MayBeSent(e, room, ChatOperations.Send);
        }
    }

    // Also where there was no durable send yet: one that comes later must find it disposed.
    public ValueTask DisposeAsync() => _main.IsOwn ? Connection.DisposeAsync() : default;

    private static ChatDurabilityException NotReached(IReadOnlyList<MessageReceipt> receipts, string room, Durability durability, Exception? inner) =>
        new(
            $"The messages are stored, but not confirmed to be {durability} within "
            + (inner is OperationCanceledException ? "the time of the operation" : $"{durability.Timeout.TotalSeconds:0.###} s")
            + ": they are lost if the server fails now. "
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

        try
        {
            var info = await RedisInfo.ReadAsync(server, cancellationToken).ConfigureAwait(false);
            if (RedisRequirements.RefusalOf(info, durability) is { } refusal)
            {
                throw new ChatServerException(refusal) { Room = room, Operation = ChatOperations.Send };
            }

            // One that waits for nothing shows whether the user may wait at all.
            await RedisWaits.TryAsync(server, durability).UntilAsync(cancellationToken).ConfigureAwait(false);
            _given = [.. _given, durability];
        }
        catch (OperationCanceledException e)
        {
            throw RedisErrors.NotSent(e, room, ChatOperations.Send);
        }
        catch (Exception e) when (Connection.TryTranslate(e, room, ChatOperations.Send, out var error, writes: false))
        {
            throw error;
        }
    }
}
