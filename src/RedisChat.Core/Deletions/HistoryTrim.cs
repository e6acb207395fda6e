namespace RedisChat;

/// <summary>Trims a room's history at once, step by step: see <see cref="ChatRoom.TrimAsync"/>.</summary>
internal static class HistoryTrim
{
    private static readonly ChatOperation Step = new(ChatOperations.Delete, "The history could not be trimmed")
    {
        Writes = true,
        InDoubt = "Some messages may have been deleted. It is safe to try again.",
    };

    public static async Task<long> RunAsync(
        IMessageStore store, OperationRunner runner, string room, RetentionPolicy policy, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var retention = store.RequireAbility<IRetentionStore>("trimming");
        var deleted = 0L;
        TrimmedStep step;
        do
        {
            step = await runner.RunAsync(
                Step, room, (Store: retention, Room: room, Policy: policy, Now: runner.Time.GetUtcNow()),
                static (call, token) => call.Store.TrimStepAsync(call.Room, call.Policy, call.Now, token), cancellationToken).ConfigureAwait(false);
            deleted += step.Deleted;
            progress?.Report(deleted);
        }
        while (step.Next == TimeSpan.Zero);

        await ThreadRemoval.RunAsync(store, runner, room, messageId: null, cancellationToken).ConfigureAwait(false);
        return deleted;
    }
}
