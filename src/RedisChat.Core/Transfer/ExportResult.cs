namespace RedisChat;

/// <summary>What a completed export holds.</summary>
public sealed record ExportResult
{
    /// <summary>The number of rooms, without their threads.</summary>
    public required long Rooms { get; init; }

    /// <summary>The number of threads.</summary>
    public required long Threads { get; init; }

    /// <summary>The number of users with a list of rooms, drafts or data keys. What concerns all users counts as one more.</summary>
    public required long Users { get; init; }

    /// <summary>The number of lines of each kind, such as <c>message</c>. While people write, a fact may have several lines, of which the last one counts.</summary>
    public required IReadOnlyDictionary<string, long> Facts { get; init; }

    /// <summary>The number of stored values that are not what the chat writes there. They are in the export as they are, and are imported as they are.</summary>
    public required long Unreadable { get; init; }

    /// <summary>The length of all files in bytes.</summary>
    public required long Bytes { get; init; }
}
