namespace RedisChat;

/// <summary>An optional ability of an <see cref="IMessageStore"/>: the drafts of users.</summary>
/// <remarks>
/// A store with this ability raises an internal event in the user's scope whenever a draft is saved or discarded, and reports it when a reader catches up. The last
/// write wins. Methods are thread-safe and throw as those of <see cref="IMessageStore"/> do. The ids are valid.
/// </remarks>
public interface IDraftStore
{
    /// <summary>Reads a user's drafts, in no particular order.</summary>
    /// <param name="user">The user's id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask<IReadOnlyList<Draft>> ReadDraftsAsync(string user, CancellationToken cancellationToken = default);

    /// <summary>Reads the draft of a room; <see langword="null"/> if there is none.</summary>
    /// <param name="user">The user's id.</param>
    /// <param name="room">The room's id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask<Draft?> ReadDraftAsync(string user, string room, CancellationToken cancellationToken = default);

    /// <summary>Saves a draft, in place of the one that the room has.</summary>
    /// <param name="user">The user's id.</param>
    /// <param name="draft">The draft. The store sets <see cref="Draft.SavedAt"/>.</param>
    /// <param name="cancellationToken">Stops waiting; it may still be saved.</param>
    /// <returns>The draft as it was saved.</returns>
    /// <exception cref="ChatLimitException">The user has <see cref="ChatLimits.MaxDrafts"/> drafts, and none for this room.</exception>
    ValueTask<Draft> SaveDraftAsync(string user, Draft draft, CancellationToken cancellationToken = default);

    /// <summary>Discards the draft of a room.</summary>
    /// <param name="user">The user's id.</param>
    /// <param name="room">The room's id.</param>
    /// <param name="cancellationToken">Stops waiting; it may still be discarded.</param>
    /// <returns>Whether there was one.</returns>
    ValueTask<bool> DiscardDraftAsync(string user, string room, CancellationToken cancellationToken = default);
}
