using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Durable sends, on a separate connection: <c>WAIT</c> blocks its connection, and covers only the writes of that connection.
/// </summary>
internal sealed class RedisDurability : IAsyncDisposable
{
    // How long the answer to a wait may take to arrive.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(250);

    private readonly RedisStoreContext _context;
    private readonly Lazy<RedisConnection> _connection;
    private readonly Lazy<RedisAppends> _appends;

    // Levels that the server has reached once, and is expected to reach again. Only a handful: an application uses few levels.
    private volatile Durability[] _given = [];

    /// <param name="context">The store's connection, and how its keys are named.</param>
    /// <param name="appendOver">Creates the object that appends over a connection, to the server that the connection has for the key and to no other.</param>
    public RedisDurability(RedisStoreContext context, Func<RedisConnection, RedisAppends> appendOver)
    {
        _context = context;
        _connection = new Lazy<RedisConnection>(() => context.Connection.Separate(Durability.LongestTimeout));
        _appends = new Lazy<RedisAppends>(() => appendOver(Connection));
    }

    /// <summary>The connection of durable sends.</summary>
    public RedisConnection Connection => _connection.Value;

    /// <summary>Appends, and waits until the messages are as durable as requested.</summary>
    public async ValueTask<IPendingSend> AppendAsync(string room, PendingSend send, Durability durability, CancellationToken cancellationToken)
    {
        RedisKey key = _context.Keys.Room(room);
        await Connection.GetDatabaseAsync(cancellationToken, writes: true).ConfigureAwait(false);
        var link = Connection.Current;
        if (link?.SocketsOf(key) is not { Length: > 0 } sockets)
        {
            Connection.Suspect();
            throw RedisErrors.NotSent(null);
        }

        await RequireAsync(sockets[0].Server, durability, cancellationToken).ConfigureAwait(false);
        await _appends.Value.AppendAsync(room, send, cancellationToken).ConfigureAwait(false);
        try
        {
            // A server that is configured under two names has two connections, and the messages went over either.
            var reached = await Task.WhenAll(sockets.Select(socket => link.Waits.ReachAsync(socket.Server, durability)))
                .UntilAsync(durability.Timeout + Grace, _context.Time, cancellationToken).ConfigureAwait(false);
            if (link != Connection.Current || !link.SocketsOf(key).SequenceEqual(sockets) || link.Guard.HasTwo() != false)
            {
                // The wait may have covered a different connection than the messages used. So they are sent again, which stores
                // nothing new if the server has them.
                throw RedisErrors.MayBeSent(null);
            }

            if (!Array.TrueForAll(reached, done => done))
            {
                throw NotReached(send.Receipts, durability, null);
            }

            return send;
        }
        catch (Exception e) when (e is OperationCanceledException || (e is TimeoutException and not RedisTimeoutException))
        {
            throw NotReached(send.Receipts, durability, e);
        }
        catch (Exception e) when (Connection.Errors.TryTranslate(e, out _))
        {
            // A failover ends a wait with errors of its own.
            throw RedisErrors.MayBeSent(e);
        }
    }

    // Even if there was no durable send yet, because a later one must find the connection disposed.
    public ValueTask DisposeAsync() => _context.Connection.Connector.SeparationProblem is null ? Connection.DisposeAsync() : default;

    private static ChatDurabilityException NotReached(IReadOnlyList<MessageReceipt> receipts, Durability durability, Exception? inner) =>
        new(
            $"The messages are stored, but not confirmed to be {durability} within "
            + (inner is OperationCanceledException ? "the time of the operation" : $"{durability.Timeout.TotalSeconds:0.###} s")
            + ": they are lost if the server fails now. "
            + (durability.IsFsynced ? "Check the server's disk." : "Check the server's replicas."), inner)
        {
            Receipts = receipts,
        };

    /// <summary>Rejects a level that the server cannot reach, before anything is sent.</summary>
    private async ValueTask RequireAsync(IServer server, Durability durability, CancellationToken cancellationToken)
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
                throw new ChatServerException(refusal);
            }

            // An immediate wait shows whether the Redis user may run the command.
            await RedisWaits.TryAsync(server, durability).UntilAsync(cancellationToken).ConfigureAwait(false);
            _given = [.. _given, durability];
        }
        catch (OperationCanceledException e)
        {
            throw RedisErrors.NotSent(e);
        }
        catch (Exception e) when (Connection.Errors.TryTranslate(e, out var error, writes: false))
        {
            throw error;
        }
    }
}
