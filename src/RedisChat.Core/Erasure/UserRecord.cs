using System.Text.Json.Serialization;

namespace RedisChat;

/// <summary>One item that a chat holds about a user, a line of <see cref="ChatUser.ExportAsync"/>. Properties that do not apply to its kind are <see langword="null"/>.</summary>
public sealed record UserRecord
{
    /// <summary>What it is: see <see cref="UserRecordKind"/>.</summary>
    [JsonPropertyOrder(-3)]
    public required UserRecordKind Kind { get; init; }

    /// <summary>The room; <see langword="null"/> if it belongs to no room.</summary>
    [JsonPropertyOrder(-2)]
    public string? Room { get; init; }

    /// <summary>The message that it is about.</summary>
    [JsonPropertyOrder(-1)]
    public long? MessageId { get; init; }

    /// <summary>A message of the user; <see langword="null"/> if it cannot be read, such as one whose key is not there.</summary>
    public Message? Message { get; init; }

    /// <summary>An earlier version of a message of the user.</summary>
    public MessageVersion? Version { get; init; }

    /// <summary>What the room knows of the user; for <see cref="UserRecordKind.Imposed"/> the other member.</summary>
    public RoomMember? Member { get; init; }

    /// <summary>How far the user has read.</summary>
    public ReadMarker? Marker { get; init; }

    /// <summary>The user's reactions to the message.</summary>
    public IReadOnlyList<Reaction>? Reactions { get; init; }

    /// <summary>A scheduled message of the user.</summary>
    public ScheduledMessage? Scheduled { get; init; }

    /// <summary>What the user has begun to write.</summary>
    public Draft? Draft { get; init; }

    /// <summary>The time it is about, UTC, if it is known.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>A further text: of <see cref="UserRecordKind.Sent"/> the idempotency key, of <see cref="UserRecordKind.Change"/> the kind of the change.</summary>
    public string? Detail { get; init; }

    /// <summary>If not 0, the record stands for this many messages of the user, which are still to be read from the room.</summary>
    internal long Messages { get; init; }

    /// <inheritdoc/>
    public bool Equals(UserRecord? other) =>
        other is not null && (Kind, Room, MessageId, At, Detail) == (other.Kind, other.Room, other.MessageId, other.At, other.Detail)
        && Message == other.Message && Version == other.Version && Member == other.Member && Marker == other.Marker && Scheduled == other.Scheduled && Draft == other.Draft
        && (Reactions ?? []).SequenceEqual(other.Reactions ?? []);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Room, MessageId, At, Detail);
}
