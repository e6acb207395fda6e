using System.Text.Json.Serialization;

namespace RedisChat;

/// <summary>Which page of a room to read. Without <see cref="Before"/>, <see cref="After"/> or <see cref="Around"/>, it is the newest.</summary>
public sealed record MessageQuery
{
    /// <summary>Creates a query for the newest messages, to be narrowed by an initializer.</summary>
    /// <param name="limit">See <see cref="Limit"/>.</param>
    [JsonConstructor] // A source-generated JSON reader sets a missing init-only property to 0, but a missing parameter to its default.
    public MessageQuery(int limit = DefaultLimit) => Limit = limit;

    /// <summary>The newest page: <see cref="DefaultLimit"/> messages.</summary>
    public static MessageQuery Newest { get; } = new();

    /// <summary>The default of <see cref="Limit"/>.</summary>
    public const int DefaultLimit = 50;

    /// <summary>Only the nearest messages with a lower id than this. At least 1.</summary>
    public long? Before { get; init; }

    /// <summary>Only the nearest messages with a higher id than this. At least 0, which starts with the oldest message.</summary>
    public long? After { get; init; }

    /// <summary>Messages on both sides of this id: up to half of <see cref="Limit"/> before it, and the rest starting with it. At least 1.</summary>
    public long? Around { get; init; }

    /// <summary>Only messages of this author.</summary>
    public string? User { get; init; }

    /// <summary>The user for whom the page is read. <see cref="MessagePage.Reactions"/> then include how often this user reacted.</summary>
    public string? Reader { get; init; }

    /// <summary>The most messages to return: 1 to <see cref="ChatLimits.MaxPageSize"/>.</summary>
    public int Limit { get; init; }

    /// <summary>Whether to leave out <see cref="MessagePage.Parents"/>, for a reader that shows none, or has the whole history anyway. It spares the round trip that reads them.</summary>
    public bool OmitParents { get; init; }

    /// <summary>
    /// Whether to bring <see cref="MessagePage.Tombstones"/>. If messages were deleted, this takes further round trips, which read the room's change log. Not together with
    /// <see cref="User"/>: the author of a deleted message is not known.
    /// </summary>
    public bool IncludeDeleted { get; init; }
}
