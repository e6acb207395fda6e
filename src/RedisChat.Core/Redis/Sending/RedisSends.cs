using System.Collections.Concurrent;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The sends of a store: at <see cref="Durability.Memory"/> over its main connection, durable ones over a separate one.</summary>
internal sealed class RedisSends : IPendingSendStore, ISentMessages, IAsyncDisposable
{
    // Pooled sends are small: they have no messages, and take about 250 bytes each.
    private const int MostPooled = 1024;

    // How often to read a sealed bucket that others keep changing. A change reads, unpacks and packs it, so it is slower than this.
    private const int MostProofs = 10;

    private readonly ConcurrentQueue<PendingSend> _pool = new();
    private readonly RedisStoreContext _context;
    private readonly RedisAppends _appends;
    private readonly RedisDurability _durable;
    private readonly ServerWindow _window;
    private readonly SealedParents _parents;

    public RedisSends(RedisStoreContext context, BucketSealer sealer, IRoomActivity? activity = null)
    {
        _context = context;
        _parents = new SealedParents(context);
        var window = new ServerWindow(context.Options.IdempotencyWindow, context.Time);
        _window = window;
        _appends = new RedisAppends(context, context.Connection, CommandFlags.DemandMaster, remembers: false, window, sealer, activity);
        _durable = new RedisDurability(context, connection => new RedisAppends(
            context, connection, CommandFlags.DemandMaster | CommandFlags.NoRedirect, remembers: true, window, sealer, activity));
    }

    /// <summary>How many bytes of buffers are kept for later sends over the main connection.</summary>
    internal int PooledBytes => _appends.PooledBytes;

    /// <summary>See <see cref="RedisStoreContext.KeepsAttachmentNotices"/>.</summary>
    internal bool KeepsAttachmentNotices => _context.KeepsAttachmentNotices;

    /// <summary>Appends messages, in one attempt.</summary>
    public async ValueTask<IReadOnlyList<MessageReceipt>> AppendAsync(
        string room, IReadOnlyList<NewMessage> messages, Durability durability, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(durability);
        using var send = Prepare(room, NewMessage.Snapshot(messages), durability);
        await send.AttemptAsync(cancellationToken).ConfigureAwait(false);
        return send.Receipts;
    }

    public ValueTask<MessageReceipt?> FindAsync(string room, NewMessage message, CancellationToken cancellationToken = default) =>
        _context.Calls.RunAsync(
            (Context: _context, Window: _window, Room: room, Message: message.Snapshot()),
            static async (database, call, token) =>
            {
                var cipher = call.Context.Ciphers is { } ciphers ? await ciphers.ForSendingAsync(call.Room, token).ConfigureAwait(false) : null;
                for (var window = call.Window.Guess(); ;)
                {
                    using var answer = await SentCall.RunAsync(database, call.Context.Keys, call.Room, call.Message, window, call.Window.Seconds)
                        .AsTask().UntilAsync(token).ConfigureAwait(false);
                    var receipt = SentCall.Read(answer, call.Message, cipher, window, out var present);
                    if (present == window)
                    {
                        return receipt;
                    }

                    window = call.Window.Correct(present);
                }
            },
            cancellationToken);

    public IPendingSend Prepare(string room, NewMessage message, Durability durability)
    {
        if (!_pool.TryDequeue(out var send))
        {
            send = new PendingSend(this);
        }

        send.Prepare(room, message, durability);
        return send;
    }

    public IPendingSend Prepare(string room, IReadOnlyList<NewMessage> messages, Durability durability)
    {
        var send = new PendingSend(this);
        send.Prepare(room, messages, durability);
        return send;
    }

    /// <summary>Makes one attempt at a send, and sets its receipts.</summary>
    internal ValueTask<IPendingSend> AttemptAsync(string room, PendingSend send, Durability durability, CancellationToken cancellationToken) =>
        send.HasReplies || ThreadId.IsThread(room) ? AttemptReplyAsync(room, send, durability, cancellationToken) : AppendAsync(room, send, durability, cancellationToken);

    private ValueTask<IPendingSend> AppendAsync(string room, PendingSend send, Durability durability, CancellationToken cancellationToken) =>
        durability == Durability.Memory ? _appends.AppendAsync(room, send, cancellationToken)
        : _context.Connection.Connector.SeparationProblem is not { } problem ? _durable.AppendAsync(room, send, durability, cancellationToken)
        : throw new NotSupportedException(
            $"The durability {durability} needs a second connection, because waiting blocks the one it waits on. {problem}. Give the chat ConfigurationOptions.");

    /// <summary>
    /// Appends, and if a message that is replied to is in a sealed bucket, reads that and appends again. The room's calls go on meanwhile, because only this send waits for it.
    /// </summary>
    private async ValueTask<IPendingSend> AttemptReplyAsync(string room, PendingSend send, Durability durability, CancellationToken cancellationToken)
    {
        for (var proofs = 0; ; proofs++)
        {
            try
            {
                return await AppendAsync(room, send, durability, cancellationToken).ConfigureAwait(false);
            }
            catch (ChatUnavailableException) when (send.NeedsProof && proofs < MostProofs)
            {
                // Its bucket is sealed, or was changed since it was read.
            }

            await _parents.ProveAsync(room, send, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Returns a send to the pool when nothing else uses it.</summary>
    internal void Recycle(PendingSend send)
    {
        if (_pool.Count < MostPooled)
        {
            _pool.Enqueue(send);
        }
    }

    public ValueTask DisposeAsync() => _durable.DisposeAsync();
}
