namespace RedisChat;

/// <summary>A run of a room's messages, and the room's position when it was read.</summary>
public sealed record MessagePage
{
    /// <summary>The messages by ascending id, whichever way the page was asked for. Deleted messages are not among them.</summary>
    /// <remarks>A page is full unless it reaches the end of the room in the direction that was read.</remarks>
    public required IReadOnlyList<Message> Messages { get; init; }

    /// <summary>
    /// The room when the page was read. Whatever was appended later is not in the page; a change made during the read may be.
    /// </summary>
    public required RoomPosition Position { get; init; }

    /// <summary>
    /// Whether older messages remain. In the direction that was read this is exact; on the side the page was asked from it says that
    /// there are ids, whose messages may all be deleted.
    /// </summary>
    public bool HasOlder { get; init; }

    /// <summary>Whether newer messages remain, with the same reserve as <see cref="HasOlder"/>.</summary>
    public bool HasNewer { get; init; }

    /// <summary>The reactions to the messages, by message id and then by first use. Messages without reactions are not in it.</summary>
    public IReadOnlyDictionary<long, IReadOnlyList<Reaction>> Reactions
    {
        get;
        init => field = value ?? NoReactions;
    } = NoReactions;

    private static readonly IReadOnlyDictionary<long, IReadOnlyList<Reaction>> NoReactions =
        System.Collections.Frozen.FrozenDictionary<long, IReadOnlyList<Reaction>>.Empty;

    /// <summary>
    /// The messages of this run that the store holds but could not read, by ascending id. They do not count as <see cref="Messages"/> and do
    /// not fail the page. In a compressed run that cannot be unpacked, every id that was asked for counts.
    /// </summary>
    public IReadOnlyList<UnreadableMessage> Unreadable
    {
        get;
        init => field = value ?? []; // A source-generated reader of JSON sets what it did not find to null.
    } = [];
}
