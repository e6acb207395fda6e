namespace RedisChat;

/// <summary>Sends messages: copies and checks the caller's data, appends it with retries, and returns the receipts.</summary>
internal sealed class MessageSender(IMessageStore store, OperationRunner runner)
{
    private readonly ChatOperation _operation = new(ChatOperations.Send, Writes: true, store.RecognizesRepeatedAppends);
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
