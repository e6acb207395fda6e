namespace RedisChat;

/// <summary>Settings of the Redis store.</summary>
public sealed class RedisStoreOptions
{
    /// <summary>
    /// How to connect: <c>host:6379,user=name,password=secret,ssl=true</c>, <c>redis://name:secret@host:6379/0</c>, or any other string that
    /// <see cref="RedisConfiguration"/> describes. Not needed if <c>AddRedisChat</c> or <c>UseRedis</c> has a connection, or the host has registered an
    /// <c>IConnectionMultiplexer</c>. No error or log repeats it.
    /// </summary>
    /// <value><see langword="null"/>.</value>
    public string? Configuration { get; set; }

    /// <summary>The prefix of every key.</summary>
    /// <value><c>chatroom</c>; 1 to 64 of the characters A–Z a–z 0–9 <c>. _ - : /</c>.</value>
    public string KeyPrefix { get; set; } = HashTagKeyScheme.DefaultPrefix;

    /// <summary>
    /// How long an idempotency key is remembered: at least this long, and at most twice as long. All processes that share rooms must use the same
    /// value.
    /// </summary>
    /// <value>10 minutes; 1 minute to 1 day, in whole seconds.</value>
    public TimeSpan IdempotencyWindow { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How many changes (edits, deletions) a room's change log keeps. A reader that missed more than these must reload the room.
    /// </summary>
    /// <value>10,000; 100 to 1,000,000.</value>
    public int ChangeLogLength { get; set; } = 10_000;

    /// <summary>
    /// The number of rooms whose last message id and key names this process remembers, which saves a round trip for each send and newest page.
    /// </summary>
    /// <value>10,000; 1 to 10,000,000. About 1.5 KB each, once the process sends to that room.</value>
    public int RoomCacheSize { get; set; } = 10_000;

    /// <summary>
    /// How often the chat compares the counters of all watched rooms with the events it received, to find subscriptions that no longer deliver. An event
    /// that is lost silently arrives late by about this interval.
    /// </summary>
    /// <value>5 seconds; 100 milliseconds to 1 minute.</value>
    public TimeSpan LiveProbeInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How many events a watcher may fall behind before it reads them from the store instead of from memory. The watchers of a room share this memory.
    /// </summary>
    /// <value>1,024; 16 to 100,000.</value>
    public int WatcherBufferSize { get; set; } = 1024;

    /// <summary>
    /// How many buckets of 128 messages stay open behind the newest one. Older buckets are sealed: the process whose send started a new bucket compresses
    /// them in the background, each into one value. That takes a third of the memory. Messages are read and changed as before, but reading one unpacks its
    /// whole bucket. <see langword="null"/> seals nothing; buckets that are already sealed stay readable and changeable.
    /// </summary>
    /// <value>2; 1 to 1,000,000, or <see langword="null"/>, which in configuration is an empty value.</value>
    public int? SealAfter { get; set; } = 2;

    /// <summary>
    /// Whether the chat accepts a server that deletes any key when its memory is full (<c>maxmemory-policy allkeys-*</c>). On such a server messages,
    /// counters and whole rooms vanish without an error, and ids are assigned twice. Only for chats that may lose messages.
    /// </summary>
    /// <value><see langword="false"/>: such a server is rejected with <see cref="ChatServerException"/>.</value>
    public bool AllowEviction { get; set; }

    /// <summary>
    /// Whether pages are read from a replica, if there is one. This scales to many readers, but a page may be as old as the replica's lag. Everything
    /// else, including what watchers catch up on, is read from the primary.
    /// </summary>
    /// <remarks>
    /// A page is never older than what this process itself has sent, changed or read in that room, for up to <see cref="RoomCacheSize"/> rooms: if the
    /// replica is behind that, the primary is read. Watching from the position of an old page delivers what the page lacks.
    /// </remarks>
    /// <value><see langword="false"/>.</value>
    public bool PreferReplicas { get; set; }
}
