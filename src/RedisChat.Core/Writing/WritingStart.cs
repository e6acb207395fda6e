namespace RedisChat;

/// <summary>Begins messages that are written part by part.</summary>
internal static class WritingStart
{
    private static readonly ChatOperation Begin = new(ChatOperations.Write, "The message could not be begun")
    {
        Writes = true,
        InDoubt = "It may have been stored; then it is abandoned when its lease has run out.",
    };

    public static async Task<MessageWriter> BeginAsync(
        IMessageStore store, OperationRunner runner, MessageFilters? filters, ISentObserver? observer, string room, NewMessage message, WritingOptions? options, CancellationToken cancellationToken)
    {
        message = message?.Snapshot()!;
        MessageInput.CheckBegun(message, runner.Options);
        options ??= WritingOptions.Default;
        options.Check(nameof(options));
        var writing = store.RequireAbility<IWritingStore>("messages that are written part by part");
        if (filters is not null)
        {
            message = await filters.FilterAsync(room, message, cancellationToken).ConfigureAwait(false);
        }

        // The runner's retries need a key, so that they do not begin a second message.
        var writer = WritingLease.NewWriter();
        var begun = message.IdempotencyKey is null ? message with { IdempotencyKey = $"{writer}{WritingLease.NewWriter()}{WritingLease.NewWriter()}", IsKeyGenerated = true } : message;
        var receipt = await runner.RunAsync(
            Begin, room, (Store: writing, Room: room, Message: begun, Writer: writer, options.Lease),
            static (call, token) => call.Store.BeginWritingAsync(call.Room, call.Message, call.Writer, call.Lease, token), cancellationToken).ConfigureAwait(false);
        return new MessageWriter(writing, runner, room, begun, writer, options, receipt, observer);
    }
}
