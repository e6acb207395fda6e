namespace RedisChat;

/// <summary>Deletes many messages, step by step: see <see cref="ChatRoom.DeleteManyAsync"/>.</summary>
internal static class BulkDeletion
{
    private static readonly ChatOperation Step = new(ChatOperations.Delete, "The messages could not be deleted")
    {
        Writes = true,
        InDoubt = "Some may have been deleted. It is safe to try again.",
    };

    public static async Task<DeletionProgress> RunAsync(
        IMessageStore store, OperationRunner runner, string room, MessageSelection messages, Actor by, string? reason, IProgress<DeletionProgress>? progress,
        CancellationToken cancellationToken)
    {
        var deletions = store.RequireAbility<IBulkDeletionStore>("deleting many messages");
        var (after, done) = ((long?)0, new DeletionProgress(0, 0, 0));
        while (after is { } from)
        {
            DeletedStep step;
            try
            {
                step = await runner.RunAsync(
                    Step, room, (Store: deletions, Room: room, Messages: messages, After: from, By: by, Reason: reason),
                    static (call, token) => call.Store.DeleteStepAsync(call.Room, call.Messages, call.After, call.By, call.Reason, token), cancellationToken).ConfigureAwait(false);
            }
            catch (ChatException e) when (done.Deleted > 0 && e is ChatOverloadedException or ChatTopologyException or ChatUnavailableException { MayHaveHappened: false })
            {
                throw new ChatUnavailableException($"{done.Deleted} of the messages were deleted; the others were not. It is safe to try again.", e)
                {
                    Room = room,
                    Operation = ChatOperations.Delete,
                    MayHaveHappened = true,
                };
            }

            // What is sent from now on was not meant.
            messages = from == 0 ? messages.UpTo(step.Last) : messages;
            after = step.Next;
            done = Progress(messages, done.Deleted + step.Deleted, after);
            progress?.Report(done);
        }

        await ThreadRemoval.RunAsync(store, runner, room, messageId: null, cancellationToken).ConfigureAwait(false);
        return done;
    }

    private static DeletionProgress Progress(MessageSelection messages, long deleted, long? next)
    {
        var total = messages.Ids?.Count ?? Math.Max(messages.To - messages.From + 1, 0);
        return next is not { } last ? new DeletionProgress(deleted, total, total)
            : new DeletionProgress(deleted, messages.Ids?.Count(id => id <= last) ?? Math.Max(last - messages.From + 1, 0), total);
    }
}
