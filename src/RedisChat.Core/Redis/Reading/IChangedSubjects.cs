namespace RedisChat.Redis;

/// <summary>Reports what changed, for some kinds of entries in the change log: one implementation for each feature that changes rooms.</summary>
internal interface IChangedSubjects
{
    /// <summary>Whether entries of this kind are the feature's.</summary>
    bool Handles(char kind);

    /// <summary>Whether an entry of the feature's kinds is one that it writes. Behind what it knows, more may follow.</summary>
    bool IsValid(in ChangeLogEntry entry);

    /// <summary>Whether a reader at a position needs to learn of a change.</summary>
    bool Concerns(in ChangeLogEntry entry, RoomPosition after);

    /// <summary>The present state of the subjects that changed.</summary>
    /// <remarks>
    /// Send all commands before the first wait: the features' reads then share a round trip. State may be newer than the entry.
    /// </remarks>
    /// <param name="room">The room.</param>
    /// <param name="entries">Each subject's last entry, by ascending revision.</param>
    /// <returns>At most one event for each entry, at <see cref="At"/> its revision.</returns>
    Task<IReadOnlyList<RoomEvent>> ReadAsync(ChangedRoom room, IReadOnlyList<ChangeLogEntry> entries);

    /// <summary>What a reader has to learn of messages that are new to it, besides the messages.</summary>
    /// <remarks>Reads nothing in a room that does not use the feature: see <see cref="ChangedRoom.Uses"/>.</remarks>
    /// <param name="room">The room.</param>
    /// <param name="messages">The messages, by ascending id.</param>
    /// <returns>Makes the event of a message at a position, or none; <see langword="null"/> if there is none for any.</returns>
    ValueTask<Func<long, RoomPosition, RoomEvent?>?> ReadNewAsync(ChangedRoom room, IReadOnlyList<Message> messages) => default;

    /// <summary>The position of an entry's event.</summary>
    static RoomPosition At(ChangedRoom room, in ChangeLogEntry entry) => room.After with { Revision = entry.Revision };
}
