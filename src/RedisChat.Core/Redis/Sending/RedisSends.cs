using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The sends of a store: at <see cref="Durability.Memory"/> over its main connection, durable ones over another.</summary>
internal sealed class RedisSends : IPendingSendStore, IAsyncDisposable
{
    private readonly RedisStoreContext _context;
    private readonly RedisAppends _appends;
    private readonly RedisDurability _durable;

    public RedisSends(RedisStoreContext context, BucketSealer sealer)
    {
        _context = context;
        var window = new ServerWindow(context.Options.IdempotencyWindow, context.Time);
        _appends = new RedisAppends(context, context.Connection, CommandFlags.DemandMaster, remembers: false, window, sealer);
        _durable = new RedisDurability(context, connection => new RedisAppends(
            context, connection, CommandFlags.DemandMaster | CommandFlags.NoRedirect, remembers: true, window, sealer));
    }

    public async ValueTask<IReadOnlyList<MessageReceipt>> AppendAsync(
        string room, IReadOnlyList<NewMessage> messages, Durability durability, CancellationToken cancellationToken)
    {
        var send = PendingSend.Of(messages);
        await AppendAsync(room, send, durability, cancellationToken).ConfigureAwait(false);
        return send.Receipts;
    }

    public ValueTask<PendingSend> AppendAsync(string room, PendingSend send, Durability durability, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(durability);
        return durability == Durability.Memory ? _appends.AppendAsync(room, send, cancellationToken)
            : _context.Connection.Connector.SeparationProblem is not { } problem ? _durable.AppendAsync(room, send, durability, cancellationToken)
            : throw new NotSupportedException(
                $"The durability {durability} needs a second connection, because waiting blocks the one it waits on. {problem}. Give the chat ConfigurationOptions.");
    }

    public ValueTask DisposeAsync() => _durable.DisposeAsync();
}
