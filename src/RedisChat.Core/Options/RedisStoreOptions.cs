namespace RedisChat;

/// <summary>Settings of the store on Redis hashes.</summary>
public sealed class RedisStoreOptions
{
    /// <summary>
    /// How to connect, in StackExchange.Redis's notation (<c>host:port,user=…,password=…,ssl=true</c>); needed unless the chat was given a
    /// <c>ConfigurationOptions</c> or <c>IConnectionMultiplexer</c>.
    /// </summary>
    /// <value>None.</value>
    public string? Configuration { get; set; }

    /// <summary>What every key begins with.</summary>
    /// <value><c>chatroom</c>; 1 to 64 of the characters A–Z a–z 0–9 <c>. _ - : /</c>.</value>
    public string KeyPrefix { get; set; } = HashTagKeyScheme.DefaultPrefix;

    /// <summary>
    /// For how long, at least, a message's idempotency key is remembered; at most twice as long. All processes that share rooms must use
    /// the same value.
    /// </summary>
    /// <value>10 minutes; 1 minute to 1 day, in whole seconds.</value>
    public TimeSpan IdempotencyWindow { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How many changes (edits, deletions) a room's change log keeps. A reader that was away for more than these must load the room anew.
    /// </summary>
    /// <value>10,000; 100 to 1,000,000.</value>
    public int ChangeLogLength { get; set; } = 10_000;

    /// <summary>
    /// Of how many rooms this process remembers the last message id and the names of keys, which saves a round trip for each send and newest page.
    /// </summary>
    /// <value>10,000; 1 to 10,000,000. About 1.5 KB each, once the process sends to that room.</value>
    public int RoomCacheSize { get; set; } = 10_000;

    /// <summary>
    /// How often the counters of all watched rooms are compared with what was heard of them, to find a subscription that is deaf: so long,
    /// at most about, an event may be late when the connection loses it without a sign.
    /// </summary>
    /// <value>5 seconds; 100 milliseconds to 1 minute.</value>
    public TimeSpan LiveProbeInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How many events a watcher may be behind before it reads them from the store instead of from memory. The watchers of a room share
    /// this memory.
    /// </summary>
    /// <value>1,024; 16 to 100,000.</value>
    public int WatcherBufferSize { get; set; } = 1024;

    /// <summary>
    /// How many buckets (of 128 messages) behind the newest one a bucket is when it is sealed: compressed into one value, in the background, by
    /// the process whose send began a new bucket. That takes a third of the memory; a message is read and changed as before, but what is read of a sealed bucket is
    /// all of it. <see langword="null"/> to seal nothing; what is sealed is read and changed all the same.
    /// </summary>
    /// <value>2; 1 to 1,000,000, or <see langword="null"/>.</value>
    public int? SealAfter { get; set; } = 2;

    /// <summary>
    /// Whether the chat works on a server that deletes any key when its memory is full (<c>maxmemory-policy allkeys-*</c>). There,
    /// messages, counters and whole rooms vanish without an error, and ids that were given out are given out again. For chats whose messages
    /// may be lost.
    /// </summary>
    /// <value><see langword="false"/>: such a server is refused with <see cref="ChatServerException"/>.</value>
    public bool AllowEviction { get; set; }

    /// <summary>
    /// Whether pages are read from a replica, where there is one: for many readers, at the price of pages that may be as old as the replica is behind.
    /// Everything else, what watchers catch up with included, is read from the primary.
    /// </summary>
    /// <remarks>
    /// In a process a page's position is never behind what the process has sent, changed or read in that room, for as many rooms as
    /// <see cref="RoomCacheSize"/> says: a replica that is behind that is passed over for the primary. Watching from the position of an old page tells
    /// what is missing in it.
    /// </remarks>
    /// <value><see langword="false"/>.</value>
    public bool PreferReplicas { get; set; }
}
