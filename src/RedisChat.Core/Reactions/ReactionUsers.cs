namespace RedisChat;

/// <summary>Some of the users who reacted to a message.</summary>
public sealed record ReactionUsers
{
    /// <summary>Their ids, in no particular order.</summary>
    public required IReadOnlyList<string> Users { get; init; }

    /// <summary>Pass it to the next call to continue; <see langword="null"/> at the end.</summary>
    public string? Cursor { get; init; }
}
