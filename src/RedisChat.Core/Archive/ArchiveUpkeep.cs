namespace RedisChat;

/// <summary>Moves the old messages of rooms to the archive.</summary>
internal sealed class ArchiveUpkeep(IArchivingStore store, OperationRunner runner) : IRoomUpkeep
{
    private static readonly ArchivePolicy Everything = new();

    private static readonly ChatOperation Work = new(ChatOperations.Archive, "Old messages could not be archived")
    {
        Writes = true,
        InDoubt = "Some may have been moved; none is lost. The next attempt follows.",
    };

    public async ValueTask<TimeSpan?> RunAsync(string room, CancellationToken cancellationToken)
    {
        if (ThreadId.IsThread(room))
        {
            return null;
        }

        try
        {
            var step = await runner.RunAsync(
                Work, room, (Store: store, Room: room, Policy: runner.Options.Archive ?? Everything),
                static (call, token) => call.Store.ArchiveStepAsync(call.Room, call.Policy, token), cancellationToken).ConfigureAwait(false);
            return step.Next;
        }
        catch (ChatForbiddenException)
        {
            // The room is being deleted.
            return null;
        }
    }
}
