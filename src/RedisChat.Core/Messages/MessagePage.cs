namespace RedisChat;

/// <summary>A page of a room's messages, and the room's position when it was read.</summary>
public sealed record MessagePage
{
    /// <summary>The messages by ascending id, in whichever direction the page was read. Deleted messages are left out.</summary>
    /// <remarks>A page is full unless it reaches the end of the room in that direction.</remarks>
    public required IReadOnlyList<Message> Messages { get; init; }

    /// <summary>
    /// The room's position when the page was read. The page has no message that was appended later, but it may have a change that was made during the read.
    /// </summary>
    public required RoomPosition Position { get; init; }

    /// <summary>
    /// Whether there are older messages. This is exact in the direction that was read; in the other direction it means that
    /// there are older ids, whose messages may all be deleted.
    /// </summary>
    public bool HasOlder { get; init; }

    /// <summary>Whether there are newer messages, with the same limitation as <see cref="HasOlder"/>.</summary>
    public bool HasNewer { get; init; }

    /// <summary>The reactions to the messages: by message id, and in order of first use. Messages without reactions are left out.</summary>
    public IReadOnlyDictionary<long, IReadOnlyList<Reaction>> Reactions
    {
        get;
        init => field = value ?? NoReactions;
    } = NoReactions;

    private static readonly IReadOnlyDictionary<long, IReadOnlyList<Reaction>> NoReactions =
        System.Collections.Frozen.FrozenDictionary<long, IReadOnlyList<Reaction>>.Empty;

    /// <summary>
    /// The messages that replies on this page refer to (<see cref="Message.ReplyTo"/>), by id: each once, and in its present state, whether it is on the page or not.
    /// Empty if there are no replies on the page. A parent's own parent is not included.
    /// </summary>
    public IReadOnlyDictionary<long, ReplyParent> Parents
    {
        get;
        init => field = value ?? NoParents;
    } = NoParents;

    private static readonly IReadOnlyDictionary<long, ReplyParent> NoParents =
        System.Collections.Frozen.FrozenDictionary<long, ReplyParent>.Empty;

    /// <summary>The threads of the messages, by message id. Messages without a thread are left out.</summary>
    public IReadOnlyDictionary<long, ThreadSummary> Threads
    {
        get;
        init => field = value ?? NoThreads;
    } = NoThreads;

    private static readonly IReadOnlyDictionary<long, ThreadSummary> NoThreads =
        System.Collections.Frozen.FrozenDictionary<long, ThreadSummary>.Empty;

    /// <summary>
    /// The deleted messages in this range, by ascending id, if <see cref="MessageQuery.IncludeDeleted"/> asked for them; otherwise empty. Those between two pages that follow each other
    /// are on one of them.
    /// </summary>
    public IReadOnlyList<Tombstone> Tombstones
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>
    /// The stored messages in this range, or among <see cref="Parents"/>, that could not be read, by ascending id. They do not count as <see cref="Messages"/> and do
    /// not make the call fail. If a sealed bucket cannot be unpacked, this includes every requested id in it.
    /// </summary>
    public IReadOnlyList<UnreadableMessage> Unreadable
    {
        get;
        init => field = value ?? []; // A source-generated JSON reader sets a missing property to null.
    } = [];
}
