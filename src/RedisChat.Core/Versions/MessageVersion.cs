namespace RedisChat;

/// <summary>An earlier version of a message, before an edit: see <see cref="ChatRoom.Versions"/>.</summary>
public sealed record MessageVersion
{
    /// <summary>The number of the version: 1 as first sent.</summary>
    public required int Version { get; init; }

    /// <summary>The text. It is data from a user: encode it wherever it is shown.</summary>
    public required string Text { get; init; }

    /// <summary>When this version was written: sent, or edited to be so. By the store's clock (Redis: µs), UTC.</summary>
    public required DateTimeOffset WrittenAt { get; init; }

    /// <summary>The metadata.</summary>
    public IReadOnlyDictionary<string, string> Metadata
    {
        get;
        init => field = value ?? Message.NoMetadata;
    } = Message.NoMetadata;

    /// <summary>Whether the other version has the same properties, including each entry of the metadata.</summary>
    public bool Equals(MessageVersion? other) =>
        other is not null && Version == other.Version && WrittenAt == other.WrittenAt && Text == other.Text && Message.MetadataEquals(Metadata, other.Metadata);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Version, WrittenAt, Text);

    internal static MessageVersion Of(Message message) => new()
    {
        Version = message.Version,
        Text = message.Text,
        WrittenAt = message.EditedAt ?? message.Timestamp,
        Metadata = message.Metadata,
    };
}
