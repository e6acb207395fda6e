namespace RedisChat;

/// <summary>Sends messages: copies and checks the caller's data, appends it with retries, and returns the receipts.</summary>
internal sealed class MessageSender(IMessageStore store, OperationRunner runner, MessageFilters? filters, ISentObserver? observer = null)
{
    private readonly ChatOperation _operation = new(ChatOperations.Send, "The message could not be sent")
    {
        Writes = true,
        IsRepeatable = store.RecognizesRepeatedAppends,
        InDoubt = "The message may have been stored. Send it again only with the same idempotency key; if you did not set one, read the room first.",
    };
    private readonly BegunRooms? _begun = (runner.Options.Retention is not null || runner.Options.Archive is not null) && store.GetAbility<IUpkeepStore>() is { } upkeep ? new BegunRooms(upkeep, runner) : null;
    private readonly IPendingSendStore _sends = store.GetAbility<IPendingSendStore>() ?? new RepeatableSends(store);

    public Task<MessageReceipt> SendAsync(string room, NewMessage message, Durability durability, CancellationToken cancellationToken) =>
        filters is null ? StoreAsync(room, message, durability, cancellationToken) : FilterAndStoreAsync(filters, room, message, durability, cancellationToken);

    public Task<IReadOnlyList<MessageReceipt>> SendManyAsync(
        string room, IReadOnlyList<NewMessage> messages, Durability durability, CancellationToken cancellationToken) =>
        filters is null ? StoreAsync(room, messages, durability, cancellationToken) : FilterAndStoreAsync(filters, room, messages, durability, cancellationToken);

    private async Task<MessageReceipt> FilterAndStoreAsync(
        MessageFilters filters, string room, NewMessage message, Durability durability, CancellationToken cancellationToken)
    {
        message = message?.Snapshot()!;
        Check(room, message, durability);
        message = await filters.FilterAsync(room, message, cancellationToken).ConfigureAwait(false);
        return await StoreAsync(room, message, durability, cancellationToken).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<MessageReceipt>> FilterAndStoreAsync(
        MessageFilters filters, string room, IReadOnlyList<NewMessage> messages, Durability durability, CancellationToken cancellationToken)
    {
        messages = NewMessage.Snapshot(messages);
        Check(room, messages, durability);
        messages = await filters.FilterAsync(room, messages, cancellationToken).ConfigureAwait(false);
        return await StoreAsync(room, messages, durability, cancellationToken).ConfigureAwait(false);
    }

    private async Task<MessageReceipt> StoreAsync(string room, NewMessage message, Durability durability, CancellationToken cancellationToken)
    {
        message = message?.Snapshot()!;
        Check(room, message, durability);
        using var send = _sends.Prepare(room, message, durability);
        await RunAsync(room, send, cancellationToken).ConfigureAwait(false);
        ChatTelemetry.Stored(send.Receipt);
        if (_begun is not null && send.Receipt.Id % BegunRooms.Size == 0)
        {
            _begun.Add(room);
        }

        observer?.Sent(room, send.Receipt.Id, message.Text);
        return send.Receipt;
    }

    private async Task<IReadOnlyList<MessageReceipt>> StoreAsync(
        string room, IReadOnlyList<NewMessage> messages, Durability durability, CancellationToken cancellationToken)
    {
        messages = NewMessage.Snapshot(messages);
        Check(room, messages, durability);
        if (messages.Count == 0)
        {
            return [];
        }

        using var send = _sends.Prepare(room, messages, durability);
        await RunAsync(room, send, cancellationToken).ConfigureAwait(false);
        ChatTelemetry.Stored(send.Receipts);
        if (_begun is not null && send.Receipts.Any(static receipt => receipt.Id % BegunRooms.Size == 0))
        {
            _begun.Add(room);
        }

        for (var i = 0; observer is not null && i < messages.Count; i++)
        {
            observer.Sent(room, send.Receipts[i].Id, messages[i].Text);
        }

        return send.Receipts;
    }

    private ValueTask<IPendingSend> RunAsync(string room, IPendingSend send, CancellationToken cancellationToken) =>
        runner.RunAsync(_operation, room, send, static (send, token) => send.AttemptAsync(token), cancellationToken);

    private void Check(string room, NewMessage message, Durability durability)
    {
        ChatInput.CheckRoom(room, store);
        MessageInput.CheckMessage(message, runner.Options);
        RequireAbility(durability);
        RequireAbilities(message);
    }

    private void Check(string room, IReadOnlyList<NewMessage> messages, Durability durability)
    {
        ChatInput.CheckRoom(room, store);
        MessageInput.CheckBatch(messages, runner.Options);
        RequireAbility(durability);
        for (var i = 0; i < messages.Count; i++)
        {
            RequireAbilities(messages[i]);
        }
    }

    private void RequireAbilities(NewMessage message)
    {
        if (message.Mentions.Count > 0)
        {
            store.RequireAbility<IMentionStore>("mentions");
        }

        if (message.Attachments.Count > 0)
        {
            store.RequireAbility<IAttachmentNoticeStore>("attachments");
        }
    }

    private void RequireAbility(Durability durability)
    {
        ArgumentNullException.ThrowIfNull(durability);
        if (durability != Durability.Memory)
        {
            store.RequireAbility<IDurableStore>($"the durability {durability}");
        }
    }
}
