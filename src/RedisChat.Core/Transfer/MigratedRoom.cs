namespace RedisChat;

/// <summary>What one pass of a migration did in one room; of a dry run, what it would do.</summary>
public sealed record MigratedRoom
{
    /// <summary>The room's id.</summary>
    public required string Room { get; init; }

    /// <summary>Whether the room is open to this chat: this pass completed it, or an earlier one did, and then this pass changed nothing. A dry run completes nothing.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>The last id that the old layout has assigned. Once the room is complete, its next message gets the id after this one.</summary>
    public required long LastId { get; init; }

    /// <summary>The number of messages after this pass; 0 if the room was complete before.</summary>
    public required long Messages { get; init; }

    /// <summary>The number of messages that were copied.</summary>
    public required long Added { get; init; }

    /// <summary>The number of messages whose text, author or time differed from the copy of an earlier pass, and which were copied again.</summary>
    public required long Changed { get; init; }

    /// <summary>The number of messages that the old layout no longer has, and whose copies were removed.</summary>
    public required long Removed { get; init; }

    /// <summary>
    /// The number of ids under which the old layout has something that is not a readable message: no text, no valid time, or a key of another type. They are left out. Before the last pass, they include messages that
    /// were just being written.
    /// </summary>
    public required long Unreadable { get; init; }

    /// <summary>Those ids, ascending: the first hundred.</summary>
    public required IReadOnlyList<long> UnreadableIds { get; init; }

    /// <summary>The number of messages whose author cannot be found, because the old layout names them only in the room's list of users. They are copied with an empty <see cref="Message.User"/>.</summary>
    public required long WithoutAuthor { get; init; }

    /// <summary>The number of ids that the old layout has assigned since the room was completed: messages of a program that was not switched over. They are not in the room.</summary>
    public required long Late { get; init; }
}
