namespace RedisChat;

/// <summary>One step of an erasure in one room: see <see cref="IErasureStore.EraseStepAsync"/>.</summary>
/// <param name="Found">Whether the room held something about the user.</param>
/// <param name="Messages">How many messages were deleted or made anonymous.</param>
/// <param name="Cursor">Where to continue in the room; <see langword="null"/> if nothing is left in it.</param>
public sealed record ErasedStep(bool Found, long Messages, string? Cursor)
{
    /// <summary>Whether the room refuses writes of the user until <see cref="IErasureStore.EndErasureAsync"/>.</summary>
    public bool IsMarked { get; init; }

    /// <summary>The room whose deletion was begun and must be completed, which removes everything: this one or, of a thread, the one that it belongs to; <see langword="null"/> if there is none.</summary>
    public string? BeingDeleted { get; init; }

    /// <summary>Where that deletion continues: see <see cref="IRoomDirectoryStore.DeleteRoomAsync"/>. By it, a room that was created since is left alone.</summary>
    public string? DeletionCursor { get; init; }

    /// <summary>How long to wait until what was left can be removed: other processes may still need it. Zero if nothing was left for that.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>Whether threads in the room may have been closed, so that they must be deleted: see <see cref="ChatOptions.DeleteThreads"/>.</summary>
    public bool ClosedThreads { get; init; }
}
