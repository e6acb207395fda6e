namespace RedisChat;

/// <summary>Deletes the threads of messages that were deleted: see <see cref="ChatOptions.DeleteThreads"/>.</summary>
/// <remarks>
/// The deletion of a message closes its thread in the same step. A closed thread stays listed until it is deleted, so the next call continues what an interrupted one left.
/// </remarks>
internal static class ThreadRemoval
{
    private static readonly ChatOperation Removal = new(ChatOperations.Delete, "The thread of a deleted message could not be deleted")
    {
        Writes = true,
        InDoubt = "The messages are deleted. Delete them again to continue.",
    };

    /// <summary>Deletes the closed threads of a room, if the options say so.</summary>
    /// <param name="store">The store.</param>
    /// <param name="runner">Runs the calls.</param>
    /// <param name="room">The room.</param>
    /// <param name="messageId">The only message whose thread is to be deleted; <see langword="null"/> for all.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    public static async Task RunAsync(IMessageStore store, OperationRunner runner, string room, long? messageId, CancellationToken cancellationToken)
    {
        if (!runner.Options.DeleteThreads || ThreadId.IsThread(room) || store.GetAbility<IThreadStore>() is not { } threads)
        {
            return;
        }

        var rooms = store.RequireAbility<IRoomDirectoryStore>("deleting threads");
        var closed = await runner.RunAsync(
            Removal, room, (Threads: threads, Room: room, Id: messageId),
            static (call, token) => call.Threads.ReadClosedThreadsAsync(call.Room, call.Id, token), cancellationToken).ConfigureAwait(false);
        foreach (var id in closed)
        {
            string? cursor = null;
            do
            {
                var step = await runner.RunAsync(
                    Removal, room, (Rooms: rooms, Thread: new ThreadId(room, id).RoomId, Cursor: cursor),
                    static (call, token) => call.Rooms.DeleteRoomAsync(call.Thread, Actor.Application, call.Cursor, token), cancellationToken).ConfigureAwait(false);
                cursor = step.Cursor;
            }
            while (cursor is not null);
            await runner.RunAsync(
                Removal, room, (Threads: threads, Room: room, Id: id),
                static async (call, token) =>
                {
                    await call.Threads.ForgetThreadAsync(call.Room, call.Id, token).ConfigureAwait(false);
                    return true;
                },
                cancellationToken).ConfigureAwait(false);
        }
    }
}
