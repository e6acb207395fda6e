namespace RedisChat;

/// <summary>Moves a room's old messages to the archive at once, step by step: see <see cref="ChatRoom.ArchiveMessagesAsync"/>.</summary>
internal static class HistoryArchiving
{
    private static readonly ChatOperation Step = new(ChatOperations.Archive, "Old messages could not be archived")
    {
        Writes = true,
        InDoubt = "Some may have been moved; none is lost. It is safe to try again.",
    };

    private static readonly ChatOperation Preview = new(ChatOperations.Archive, "The messages that would be archived could not be counted");

    public static async Task<ArchivedStep> RunAsync(
        IMessageStore store, OperationRunner runner, string room, ArchivePolicy policy, bool isDryRun, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var archiving = store.RequireAbility<IArchivingStore>("archives");
        var moved = 0;
        ArchivedStep step;
        do
        {
            step = await runner.RunAsync(
                isDryRun ? Preview : Step, room, (Store: archiving, Room: room, Policy: policy, Skip: isDryRun ? moved : (long?)null),
                static (call, token) => call.Skip is { } skip
                    ? call.Store.PreviewStepAsync(call.Room, call.Policy, skip, token)
                    : call.Store.ArchiveStepAsync(call.Room, call.Policy, token),
                cancellationToken).ConfigureAwait(false);
            moved += step.Moved;
            progress?.Report(moved);
        }
        while (step.Next == TimeSpan.Zero);

        return step with { Moved = moved };
    }
}
