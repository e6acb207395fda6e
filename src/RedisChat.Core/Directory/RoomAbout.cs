using System.Text.Json.Serialization;

namespace RedisChat;

/// <summary>A room's settings: how people find and recognize it. Immutable; see <see cref="Chat.Rooms"/>. Rules are separate: see <see cref="ChatRoom.Rules"/>.</summary>
/// <remarks>Name and topic are text from users: encode them for wherever they are shown.</remarks>
public sealed record RoomAbout
{
    /// <summary>The settings of a room that was given none.</summary>
    public static RoomAbout None { get; } = new();

    /// <summary>
    /// The name for people: at most <see cref="ChatLimits.MaxRoomNameBytes"/> bytes of UTF-8, no control characters. If it is empty, the default, show the
    /// room's id. Two rooms may have the same name.
    /// </summary>
    public string Name { get; init; } = "";

    /// <summary>What the room is about: at most <see cref="ChatLimits.MaxTopicBytes"/> bytes of UTF-8, no control characters. Empty by default.</summary>
    public string Topic { get; init; } = "";

    /// <summary>
    /// Small pieces of data that the application attaches to the room. The limits are those of messages: <see cref="ChatOptions.MaxMetadataEntries"/> and
    /// <see cref="ChatOptions.MaxMetadataBytes"/>.
    /// </summary>
    public IReadOnlyDictionary<string, string> Metadata
    {
        get;
        init => field = value is null ? Message.NoMetadata : MetadataCopy.Of(value);
    } = Message.NoMetadata;

    /// <summary>
    /// How long new messages of the room, and of its threads, are kept if they do not say otherwise (<see cref="NewMessage.ExpiresAfter"/>); <see langword="null"/> to keep them. From
    /// <see cref="ChatLimits.MinMessageLife"/> to <see cref="ChatLimits.MaxMessageLife"/>. Messages that are there already do not change.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeSpan? MessagesExpireAfter { get; init; }

    /// <summary>How long the room keeps its messages; <see langword="null"/> for what <see cref="ChatOptions.Retention"/> says. <see cref="RetentionPolicy.Everything"/> keeps everything.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RetentionPolicy? Retention { get; init; }

    /// <inheritdoc/>
    public bool Equals(RoomAbout? other) =>
        other is not null && Name == other.Name && Topic == other.Topic && MessagesExpireAfter == other.MessagesExpireAfter && Retention == other.Retention
        && Message.MetadataEquals(Metadata, other.Metadata);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Topic, Metadata.Count);
}
