namespace RedisChat;

/// <summary>A message that a user has begun to write in a room, and not sent. See <see cref="ChatUser.Drafts"/>.</summary>
/// <remarks>Immutable, and compared by value.</remarks>
public sealed record Draft
{
    /// <summary>The id of the room.</summary>
    public required string Room { get; init; }

    /// <summary>The text. It is data from a user: encode it wherever it is shown.</summary>
    public required string Text { get; init; }

    /// <summary>When it was saved, by the store's clock (Redis: µs), UTC.</summary>
    public required DateTimeOffset SavedAt { get; init; }

    /// <summary>Small pieces of data that the application saved with it, such as the message that it answers.</summary>
    public IReadOnlyDictionary<string, string> Metadata
    {
        get => _metadata;
        init => _metadata = value ?? Message.NoMetadata;
    }

    private readonly IReadOnlyDictionary<string, string> _metadata = Message.NoMetadata;

    /// <summary>Whether the other draft has the same properties, including each entry of the metadata.</summary>
    public bool Equals(Draft? other) =>
        other is not null && Room == other.Room && Text == other.Text && SavedAt == other.SavedAt && Message.MetadataEquals(Metadata, other.Metadata);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Room, Text, SavedAt);
}
