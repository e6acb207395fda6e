namespace RedisChat;

/// <summary>Deletes the threads of messages that expiry and retention have deleted, and those that an interrupted deletion left: see <see cref="ThreadRemoval"/>.</summary>
/// <remarks>It runs at each visit of a room, because the visit after an interrupted one finds no message to delete any more.</remarks>
internal sealed class ThreadUpkeep(IMessageStore store, OperationRunner runner) : IRoomUpkeep
{
    public async ValueTask<TimeSpan?> RunAsync(string room, CancellationToken cancellationToken)
    {
        try
        {
            await ThreadRemoval.RunAsync(store, runner, room, messageId: null, cancellationToken).ConfigureAwait(false);
        }
        catch (ChatForbiddenException)
        {
            // The room is being deleted.
        }

        return null;
    }
}
