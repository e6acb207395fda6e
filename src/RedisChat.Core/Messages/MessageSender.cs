namespace RedisChat;

/// <summary>Sends messages: checks them, appends them with retries, and hands out the receipts.</summary>
internal sealed class MessageSender(IMessageStore store, OperationRunner runner)
{
    private readonly ChatOperation _operation = new(ChatOperations.Send, Writes: true, store.RecognizesRepeatedAppends);
    private readonly IPendingSendStore? _pendingSends = store.GetAbility<IPendingSendStore>();

    public async Task<MessageReceipt> SendAsync(string room, NewMessage message, Durability durability, CancellationToken cancellationToken)
    {
        ChatInput.CheckId(room);
        ChatInput.CheckMessage(message, runner.Options);
        ArgumentNullException.ThrowIfNull(durability);
        var send = PendingSend.Of(message);
        await AppendAsync(room, send, durability, cancellationToken).ConfigureAwait(false);
        ChatTelemetry.Stored(send);
        var receipt = send.Receipt;
        send.Recycle();
        return receipt;
    }

    public async Task<IReadOnlyList<MessageReceipt>> SendManyAsync(
        string room, IReadOnlyList<NewMessage> messages, Durability durability, CancellationToken cancellationToken)
    {
        ChatInput.CheckId(room);
        ChatInput.CheckBatch(messages, runner.Options);
        ArgumentNullException.ThrowIfNull(durability);
        if (messages.Count == 0)
        {
            return [];
        }

        var send = PendingSend.Of(messages);
        await AppendAsync(room, send, durability, cancellationToken).ConfigureAwait(false);
        ChatTelemetry.Stored(send);
        return send.Receipts;
    }

    private ValueTask<PendingSend> AppendAsync(string room, PendingSend send, Durability durability, CancellationToken cancellationToken)
    {
        if (durability != Durability.Memory)
        {
            store.RequireAbility<IDurableStore>($"the durability {durability}");
        }

        return runner.RunAsync(
            _operation, room, (Sender: this, Room: room, Send: send, Durability: durability),
            static (call, token) => call.Sender._pendingSends is { } store
                ? store.AppendAsync(call.Room, call.Send, call.Durability, token)
                : call.Sender.AppendOnceAsync(call.Room, call.Send, call.Durability, token),
            cancellationToken);
    }

    private async ValueTask<PendingSend> AppendOnceAsync(string room, PendingSend send, Durability durability, CancellationToken cancellationToken)
    {
        var messages = store.RecognizesRepeatedAppends ? send.KeyedMessages() : send.Messages;
        send.SetReceipts(durability == Durability.Memory
            ? await store.AppendAsync(room, messages, cancellationToken).ConfigureAwait(false)
            : await store.GetAbility<IDurableStore>()!.AppendAsync(room, messages, durability, cancellationToken).ConfigureAwait(false));
        return send;
    }
}
