namespace RedisChat.Redis;

/// <summary>Reports changes for some kinds of change log entries. Each feature that changes rooms has one implementation.</summary>
internal interface IChangedSubjects
{
    /// <summary>Whether entries of this kind belong to the feature.</summary>
    bool Handles(char kind);

    /// <summary>Whether an entry belongs to the feature, for features that share a kind.</summary>
    bool Handles(in ChangeLogEntry entry) => Handles(entry.Kind);

    /// <summary>Whether the feature could have written this entry of its kinds. An entry may have more text than the feature knows.</summary>
    bool IsValid(in ChangeLogEntry entry);

    /// <summary>Whether a reader at a position must know about a change.</summary>
    bool Concerns(in ChangeLogEntry entry, RoomPosition after);

    /// <summary>Reads the current state of the changed subjects.</summary>
    /// <remarks>
    /// Send all commands before the first await, so that the features' reads share a round trip. The state may be newer than the entry.
    /// </remarks>
    /// <param name="room">The room.</param>
    /// <param name="entries">The last entry of each subject, by ascending revision.</param>
    /// <returns>At most one event per entry, positioned at the entry's revision with <see cref="At"/>.</returns>
    Task<IReadOnlyList<RoomEvent>> ReadAsync(ChangedRoom room, IReadOnlyList<ChangeLogEntry> entries);

    /// <summary>Reads what the reader must know about new messages, besides the messages themselves.</summary>
    /// <remarks>Reads nothing in a room that does not use the feature: see <see cref="ChangedRoom.Uses"/>.</remarks>
    /// <param name="room">The room.</param>
    /// <param name="messages">The messages, by ascending id.</param>
    /// <returns>A function from a message and its position to its event, if it has one; <see langword="null"/> if no message has one.</returns>
    ValueTask<Func<long, RoomPosition, RoomEvent?>?> ReadNewAsync(ChangedRoom room, IReadOnlyList<Message> messages) => default;

    /// <summary>The position of an entry's event.</summary>
    static RoomPosition At(ChangedRoom room, in ChangeLogEntry entry) => room.After with { Revision = entry.Revision };
}
