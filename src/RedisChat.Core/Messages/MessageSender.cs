namespace RedisChat;

/// <summary>Sends messages: copies and checks the caller's data, appends it with retries, and returns the receipts.</summary>
internal sealed class MessageSender(IMessageStore store, OperationRunner runner)
{
    private readonly ChatOperation _operation = new(ChatOperations.Send, "The message could not be sent")
    {
        Writes = true,
        IsRepeatable = store.RecognizesRepeatedAppends,
        InDoubt = "The message may have been stored. Send it again only with the same idempotency key; if you did not set one, read the room first.",
    };
    private readonly IPendingSendStore _sends = store.GetAbility<IPendingSendStore>() ?? new RepeatableSends(store);

    public async Task<MessageReceipt> SendAsync(string room, NewMessage message, Durability durability, CancellationToken cancellationToken)
    {
        message = message?.Snapshot()!;
        ChatInput.CheckId(room);
        ChatInput.CheckMessage(message, runner.Options);
        RequireAbility(durability);
        using var send = _sends.Prepare(room, message, durability);
        await RunAsync(room, send, cancellationToken).ConfigureAwait(false);
        ChatTelemetry.Stored(send.Receipt);
        return send.Receipt;
    }

    public async Task<IReadOnlyList<MessageReceipt>> SendManyAsync(
        string room, IReadOnlyList<NewMessage> messages, Durability durability, CancellationToken cancellationToken)
    {
        messages = NewMessage.Snapshot(messages);
        ChatInput.CheckId(room);
        ChatInput.CheckBatch(messages, runner.Options);
        RequireAbility(durability);
        if (messages.Count == 0)
        {
            return [];
        }

        using var send = _sends.Prepare(room, messages, durability);
        await RunAsync(room, send, cancellationToken).ConfigureAwait(false);
        ChatTelemetry.Stored(send.Receipts);
        return send.Receipts;
    }

    private ValueTask<IPendingSend> RunAsync(string room, IPendingSend send, CancellationToken cancellationToken) =>
        runner.RunAsync(_operation, room, send, static (send, token) => send.AttemptAsync(token), cancellationToken);

    private void RequireAbility(Durability durability)
    {
        ArgumentNullException.ThrowIfNull(durability);
        if (durability != Durability.Memory)
        {
            store.RequireAbility<IDurableStore>($"the durability {durability}");
        }
    }
}
