namespace RedisChat;

/// <summary>A message that a search has found.</summary>
public sealed record SearchHit
{
    /// <summary>The room's id; of a thread, <see cref="ThreadId.RoomId"/>.</summary>
    public required string Room { get; init; }

    /// <summary>The message as it is now.</summary>
    public required Message Message { get; init; }

    /// <summary>The parts of the message's text that match, ascending.</summary>
    public required IReadOnlyList<TextRange> Highlights { get; init; }

    /// <summary>The part of the text around the first match, for lists.</summary>
    public required SearchSnippet Snippet { get; init; }

    /// <inheritdoc/>
    public bool Equals(SearchHit? other) =>
        other is not null && Room == other.Room && Message == other.Message && Highlights.SequenceEqual(other.Highlights) && Snippet == other.Snippet;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Room, Message);
}
