namespace RedisChat;

/// <summary>A run of a room's messages, and the room's position when it was read.</summary>
public sealed record MessagePage
{
    /// <summary>The messages by ascending id, whichever way the page was asked for. Deleted messages are not among them.</summary>
    /// <remarks>A page is full unless it reaches the end of the room in the direction that was read.</remarks>
    public required IReadOnlyList<Message> Messages { get; init; }

    /// <summary>
    /// The room when the page was read. Whatever was appended later is not in the page; a change made during the read may be.
    /// </summary>
    public required RoomPosition Position { get; init; }

    /// <summary>
    /// Whether older messages remain. In the direction that was read this is exact; on the side the page was asked from it says that
    /// there are ids, whose messages may all be deleted.
    /// </summary>
    public bool HasOlder { get; init; }

    /// <summary>Whether newer messages remain, with the same reserve as <see cref="HasOlder"/>.</summary>
    public bool HasNewer { get; init; }

    /// <summary>
    /// What the store holds in this run but could not read as messages, one error for each, naming key and field. They take up no room
    /// in <see cref="Messages"/> and do not fail the page.
    /// </summary>
    public IReadOnlyList<ChatDataException> Unreadable { get; init; } = [];
}
