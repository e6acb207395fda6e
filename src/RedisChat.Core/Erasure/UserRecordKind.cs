using System.Text.Json.Serialization;

namespace RedisChat;

/// <summary>What a <see cref="UserRecord"/> is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<UserRecordKind>))]
public enum UserRecordKind
{
    /// <summary>A message of the user.</summary>
    Message,

    /// <summary>An earlier version of a message of the user.</summary>
    Version,

    /// <summary>What a room knows of the user: membership, ban, mute or invitation.</summary>
    Member,

    /// <summary>A ban, mute or invitation of somebody else by the user.</summary>
    Imposed,

    /// <summary>How far the user has read.</summary>
    Marker,

    /// <summary>Reactions of the user to a message.</summary>
    Reactions,

    /// <summary>A message of somebody else that mentions the user. Its text is not part of it.</summary>
    Mention,

    /// <summary>A message that the user pinned.</summary>
    Pin,

    /// <summary>A message that the user has scheduled.</summary>
    Scheduled,

    /// <summary>A message of somebody else that is scheduled and mentions the user.</summary>
    ScheduledMention,

    /// <summary>The user is among those who replied last in the thread of a message.</summary>
    Thread,

    /// <summary>That the user sent something, remembered to recognize a repetition.</summary>
    Sent,

    /// <summary>When the user last sent, in a room that limits that.</summary>
    Rate,

    /// <summary>That the user is in the room now.</summary>
    Presence,

    /// <summary>An entry of the change log that names the user, such as a deletion by the user.</summary>
    Change,

    /// <summary>A room in the user's list.</summary>
    ListedRoom,

    /// <summary>What the user has begun to write.</summary>
    Draft,
}
