namespace RedisChat;

/// <summary>What happened in one room, for an <see cref="IMessageIndex"/>. Its parts are applied in the order in which they are listed here.</summary>
public sealed record IndexBatch
{
    /// <summary>The room's id; of a thread, <see cref="ThreadId.RoomId"/>.</summary>
    public required string Room { get; init; }

    /// <summary>The position of the room in the index before this batch; <see langword="null"/> if the room is not in the index.</summary>
    public RoomPosition? After { get; init; }

    /// <summary>Whether to remove all messages of the room first.</summary>
    public bool Clear { get; init; }

    /// <summary>Removes all messages with a lower id; 0 for none.</summary>
    public long RemoveBelow { get; init; }

    /// <summary>The ids of messages to remove. Those that the index does not have are skipped.</summary>
    public IReadOnlyList<long> Removed { get; init; } = [];

    /// <summary>Messages to add, or to replace if the index has them.</summary>
    public IReadOnlyList<Message> Messages { get; init; } = [];

    /// <summary>
    /// Rooms that this room's events name: its threads. Those that are not in the index come into it, at <see cref="RoomPosition.Start"/>, so that the next feeder knows of them if this one ends now.
    /// </summary>
    public IReadOnlyList<string> FoundRooms { get; init; } = [];

    /// <summary>The position of the room in the index after this batch; <see langword="null"/> to forget the room, with all of its messages.</summary>
    public required RoomPosition? Position { get; init; }
}
