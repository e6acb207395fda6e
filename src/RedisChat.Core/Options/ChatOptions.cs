namespace RedisChat;

/// <summary>Settings of a <see cref="Chat"/>, for any store.</summary>
public sealed class ChatOptions
{
    /// <summary>The longest text of a message, in bytes of UTF-8.</summary>
    /// <value>16,384; 1 to 1,048,576.</value>
    public int MaxTextBytes { get; set; } = 16 * 1024;

    /// <summary>The most metadata entries of a message.</summary>
    /// <value>16; 0 to 64.</value>
    public int MaxMetadataEntries { get; set; } = 16;

    /// <summary>The longest total of all metadata names and values of a message, in bytes of UTF-8.</summary>
    /// <value>4,096; 0 to 65,536.</value>
    public int MaxMetadataBytes { get; set; } = 4 * 1024;

    /// <summary>
    /// How long one operation may take, including all retries, before it fails with <see cref="ChatUnavailableException"/>.
    /// </summary>
    /// <value>10 seconds; 100 milliseconds to 5 minutes.</value>
    public TimeSpan OperationTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How many operations may be running or waiting at once. While the store cannot be reached they wait, each with its message in memory;
    /// beyond this number a call fails with <see cref="ChatOverloadedException"/>.
    /// </summary>
    /// <value>10,000; 1 to 1,000,000.</value>
    public int MaxPendingOperations { get; set; } = 10_000;

    /// <summary>How safely a message must be stored before its send returns, unless the send specifies otherwise. Edits and deletions do not wait.</summary>
    /// <value><see cref="Durability.Memory"/>. Assign a <see cref="RedisChat.Durability"/>; <see cref="DurabilityOptions"/> describes the configuration syntax.</value>
    public DurabilityOptions Durability { get; set; } = new();

    /// <summary>
    /// How many earlier versions of an edited message are kept: see <see cref="ChatRoom.Versions"/>. What an edit removes from a message stays in its versions until
    /// the message is deleted, or further edits push it out. Set it alike in all processes.
    /// </summary>
    /// <value>0, which keeps none; 0 to <see cref="ChatLimits.MaxKeptVersions"/>.</value>
    public int KeptVersions { get; set; }

    /// <summary>
    /// Whether a message's thread is deleted with the message. Otherwise the thread stays readable, and nobody can send to it any more. Like the deletion of a room, that of a thread searches the keys of the server.
    /// </summary>
    /// <value><see langword="false"/>.</value>
    public bool DeleteThreads { get; set; }

    /// <summary>
    /// How long rooms keep their messages, unless a room says otherwise (<see cref="RoomAbout.Retention"/>). <see cref="Chat.RunUpkeepAsync"/> deletes them. Set it alike in all processes. Not changed
    /// once the chat is created.
    /// </summary>
    /// <value><see langword="null"/>, which keeps everything.</value>
    public RetentionPolicy? Retention { get; set; }

    /// <summary>
    /// How much of each room's history stays in Redis, if the chat has an archive (<see cref="IRoomArchive"/>): <see cref="Chat.RunUpkeepAsync"/> moves older messages there. Readers get one history. Not changed once the
    /// chat is created.
    /// </summary>
    /// <value><see langword="null"/>, which moves nothing more. What was moved stays readable.</value>
    public ArchivePolicy? Archive { get; set; }

    /// <summary>Settings of reactions to messages.</summary>
    public ReactionOptions Reactions { get; } = new();

    /// <summary>Settings of scheduled messages.</summary>
    public ScheduleOptions Schedule { get; } = new();

    /// <summary>Settings of the work in the background.</summary>
    public UpkeepOptions Upkeep { get; } = new();

    /// <summary>Settings of message filters.</summary>
    public MessageFilterOptions Filters { get; } = new();

    /// <summary>Settings of presence and typing.</summary>
    public PresenceOptions Presence { get; } = new();

    /// <summary>Settings of link previews.</summary>
    public LinkPreviewOptions Previews { get; } = new();
}
