using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace RedisChat;

/// <summary>A message to send.</summary>
public sealed record NewMessage
{
    private static readonly Details AsGiven = new(null, IsKeyGenerated: false, null, default);
    private static readonly Details KeyIsGenerated = AsGiven with { IsKeyGenerated = true };

    // One field for what few messages have, because every send allocates a message.
    private Details _details = AsGiven;

    /// <summary>Creates an empty message, to be filled by an initializer.</summary>
    public NewMessage()
    {
    }

    /// <summary>Creates a message from an author and a text.</summary>
    /// <param name="user">The id of the author.</param>
    /// <param name="text">The text.</param>
    [SetsRequiredMembers]
    public NewMessage(string user, string text)
    {
        User = user;
        Text = text;
    }

    /// <summary>The id of the author: 1 to <see cref="ChatLimits.MaxIdBytes"/> bytes of UTF-8, no control characters.</summary>
    public required string User { get; init; }

    /// <summary>The text: not empty, unless there are <see cref="Attachments"/>; at most <see cref="ChatOptions.MaxTextBytes"/> bytes of UTF-8.</summary>
    public required string Text { get; init; }

    /// <summary>
    /// Small pieces of data to store with the message: at most <see cref="ChatOptions.MaxMetadataEntries"/> entries and
    /// <see cref="ChatOptions.MaxMetadataBytes"/> bytes of UTF-8 in total. Setting it to <see langword="null"/>, as JSON may, leaves it empty.
    /// </summary>
    public IReadOnlyDictionary<string, string> Metadata
    {
        get;
        init => field = value ?? Message.NoMetadata;
    } = Message.NoMetadata;

    /// <summary>
    /// Identifies this message among its author's messages in the room. Sending it again stores nothing and returns
    /// the first receipt. 1 to <see cref="ChatLimits.MaxIdBytes"/> bytes of UTF-8. If it is not set, <see cref="Chat"/> generates a random
    /// key for the call, so its own retries are safe, but a second call stores a second message.
    /// </summary>
    /// <remarks>
    /// Set one if your own caller may repeat the request, such as a phone that lost the answer. It is remembered for at least
    /// <see cref="RedisStoreOptions.IdempotencyWindow"/>. Reusing it for a different text fails with
    /// <see cref="ChatIdempotencyConflictException"/>, unless the room's data keys were deleted in between, or encryption was turned on or off: then the two
    /// cannot be compared, and the first receipt is returned. It is stored with the message as <see cref="Message.IdempotencyKey"/>, which everyone who reads
    /// the room can see, so do not put a secret into it.
    /// </remarks>
    public string? IdempotencyKey { get; init; }

    /// <summary>
    /// The id of the message in the same room that this one replies to; <see langword="null"/> if it replies to none. 1 to <see cref="ChatLimits.MaxMessageId"/>.
    /// That message must exist in the step that stores this one, or the send fails with <see cref="ChatParentNotFoundException"/>; so it cannot be one of the same
    /// batch, whose ids are not known yet. It may be deleted later.
    /// </summary>
    public long? ReplyTo
    {
        get => _details.ReplyTo;
        init => _details = _details with { ReplyTo = value };
    }

    /// <summary>
    /// Whom it mentions: at most <see cref="ChatLimits.MaxMentions"/>. Nothing is derived from the text: <see cref="MentionFinder"/> finds mentions in it. In a room
    /// with rules, users who are mentioned must have the right to read it, and <see cref="Mention.Everyone"/> takes the right <see cref="RoomRights.MentionEveryone"/>, or the send fails
    /// with <see cref="ChatForbiddenException"/>. In a room without rules only the application can mention everyone.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public MentionList Mentions
    {
        get => _details.Mentions;
        init => _details = value == _details.Mentions ? _details : _details with { Mentions = value };
    }

    /// <summary>
    /// How long the message is kept, counted from when it is stored: <see cref="ChatLimits.MinMessageLife"/> to <see cref="ChatLimits.MaxMessageLife"/>. Then no reader gets it any more, and
    /// <see cref="Chat.RunUpkeepAsync"/> deletes it. <see langword="null"/> for the room's default: <see cref="RoomAbout.MessagesExpireAfter"/>. A repetition under the same <see cref="IdempotencyKey"/>
    /// with another life is still the same message, and keeps its first life.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeSpan? ExpiresAfter
    {
        get => _details.ExpiresAfter;
        init => _details = value == _details.ExpiresAfter ? _details : _details with { ExpiresAfter = value };
    }

    /// <summary>
    /// References to images, recordings or files that the application stores: at most <see cref="ChatLimits.MaxAttachments"/>, each with the limits of <see cref="Attachment"/>. A message with attachments may
    /// have an empty text.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public AttachmentList Attachments
    {
        get => _details.Attachments;
        init => _details = value == _details.Attachments ? _details : _details with { Attachments = value };
    }

    /// <summary>
    /// Whether the application itself sends this, in the name of <see cref="User"/>: then no rule of the room applies. Never set it because a client asked for it;
    /// it is not read from JSON.
    /// </summary>
    [JsonIgnore]
    public bool IsFromApplication { get; init; }

    /// <summary>
    /// Whether <see cref="Chat"/> generated <see cref="IdempotencyKey"/> for its own retries because the caller set none. For stores: such a key recognizes
    /// a repetition like any other, but is not stored as <see cref="Message.IdempotencyKey"/>. Applications need not set this.
    /// </summary>
    [JsonIgnore]
    public bool IsKeyGenerated
    {
        get => _details.IsKeyGenerated;
        init => _details = !value ? _details with { IsKeyGenerated = false }
            : _details is { ReplyTo: null, ScheduledId: null, Writer: null, ExpiresAfter: null, Mentions.Count: 0, Attachments.Count: 0 } ? KeyIsGenerated
            : _details with { IsKeyGenerated = true, Original = null };
    }

    /// <summary>
    /// The message as the caller sent it, if a filter has replaced its text or metadata. For stores: two messages under one <see cref="IdempotencyKey"/> are the same if
    /// their originals are, because a filter need not decide the same way twice. <see langword="null"/> if the message is as it was sent, or if its key was generated.
    /// </summary>
    [JsonIgnore]
    public NewMessage? Original => _details.Original;

    /// <summary>
    /// If appending it removes it from the schedule: the id under which it is scheduled, a colon, and the digest of what is stored there; if that is encrypted, then another colon and the name of its data key. See <see cref="IScheduleStore.SendScheduledAsync"/>.
    /// </summary>
    internal string? ScheduledId
    {
        get => _details.ScheduledId;
        init => _details = _details with { ScheduledId = value };
    }

    /// <summary>Who writes it, if it is written part by part.</summary>
    internal WritingLease? Writer
    {
        get => _details.Writer;
        init => _details = _details with { Writer = value };
    }

    /// <summary>The message with what filters made of it.</summary>
    internal NewMessage With(string text, IReadOnlyDictionary<string, string> metadata) =>
        text == Text && Message.MetadataEquals(metadata, Metadata)
            ? this
            : this with { Text = text, Metadata = MetadataCopy.Of(metadata), _details = _details with { Original = IsKeyGenerated ? null : this } };

    /// <summary>The message, with metadata that the caller can no longer change.</summary>
    internal NewMessage Snapshot() => Metadata is MetadataCopy ? this : this with { Metadata = MetadataCopy.Of(Metadata) };

    /// <summary>Copies the messages of a list, so that the caller can no longer change them. Does not copy a list that will be rejected as too long.</summary>
    internal static IReadOnlyList<NewMessage> Snapshot(IReadOnlyList<NewMessage> messages)
    {
        if (messages is null || messages.Count > ChatLimits.MaxBatchSize)
        {
            return messages!;
        }

        var copy = new NewMessage[messages.Count];
        for (var i = 0; i < copy.Length; i++)
        {
            copy[i] = messages[i]?.Snapshot()!;
        }

        return copy;
    }

    // A generated key is never repeated by a caller, so such a message keeps no original.
    private sealed record Details(long? ReplyTo, bool IsKeyGenerated, NewMessage? Original, MentionList Mentions)
    {
        public string? ScheduledId { get; init; }

        public WritingLease? Writer { get; init; }

        public TimeSpan? ExpiresAfter { get; init; }

        public AttachmentList Attachments { get; init; }
    }
}
