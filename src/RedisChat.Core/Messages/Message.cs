using System.Text.Json.Serialization;

namespace RedisChat;

/// <summary>A message in its current state.</summary>
/// <remarks>Immutable, and compared by value.</remarks>
public sealed record Message
{
    /// <summary>The number of the message in its room: 1, 2, 3 … in the order that everyone sees.</summary>
    public required long Id { get; init; }

    /// <summary>The id of the author; empty if the classic layout does not have it.</summary>
    public required string User { get; init; }

    /// <summary>The text. It is data from a user: encode it wherever it is shown.</summary>
    public required string Text { get; init; }

    /// <summary>When it was stored, by the store's clock (Redis: µs), UTC. Order messages by <see cref="Id"/>, not by time: clocks can step back.</summary>
    public required DateTimeOffset Timestamp
    {
        get => new(_utcTicks, TimeSpan.Zero);
        init => _utcTicks = value.UtcTicks;
    }

    /// <summary>When it was last edited, by the store's clock; <see langword="null"/> if it never was.</summary>
    public DateTimeOffset? EditedAt
    {
        get => _details.EditedAt;
        init => _details = _details with { EditedAt = value };
    }

    /// <summary>1 for a new message; each edit adds one.</summary>
    [JsonRequired] // Without it, a source-generated JSON reader would set a missing property to 0.
    public int Version
    {
        get => _details.Version;
        init => _details = _details with { Version = value };
    }

    /// <summary>Small pieces of data that the application attached to the message.</summary>
    public IReadOnlyDictionary<string, string> Metadata
    {
        get => _details.Metadata;
        init => _details = _details with { Metadata = value ?? NoMetadata };
    }

    /// <summary>
    /// The <see cref="NewMessage.IdempotencyKey"/> that the application set when it sent the message; <see langword="null"/> if it set none. A client
    /// can recognize its own message by it, even if the event arrives before the answer to the send. Everyone who reads the room can see it.
    /// </summary>
    public string? IdempotencyKey
    {
        get => _details.IdempotencyKey;
        init => _details = _details with { IdempotencyKey = value };
    }

    /// <summary>
    /// The id of the message in the same room that this one replies to; <see langword="null"/> if it replies to none. That message existed when this one was stored;
    /// it may have been deleted since. A page brings it: see <see cref="MessagePage.Parents"/>.
    /// </summary>
    public long? ReplyTo
    {
        get => _details.ReplyTo;
        init => _details = _details with { ReplyTo = value };
    }

    /// <summary>Whom it mentions: each once, in a fixed order. Empty if nobody.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public MentionList Mentions
    {
        get => _details.Mentions;
        init => _details = _details with { Mentions = value };
    }

    /// <summary>What it refers to besides its text: images, recordings, files. In the sender's order; empty if there is nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public AttachmentList Attachments
    {
        get => _details.Attachments;
        init => _details = value == _details.Attachments ? _details : _details with { Attachments = value };
    }

    /// <summary>What the pages say that its text has links to. The application writes them some time after the message (<see cref="RoomPreviews"/>); that is no edit. Empty if there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public LinkPreviewList Previews
    {
        get => _details.Previews;
        init => _details = value == _details.Previews ? _details : _details with { Previews = value };
    }

    /// <summary>
    /// When it expires, by the store's clock (Redis: µs), UTC; <see langword="null"/> if it does not. From then on no read returns it; a watcher receives the deletion when it is deleted, which is soon after if
    /// a process runs <see cref="Chat.RunUpkeepAsync"/>. An edit does not change it.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ExpiresAt
    {
        get => _details.ExpiresAt;
        init => _details = value == _details.ExpiresAt ? _details : _details with { ExpiresAt = value };
    }

    /// <summary>
    /// Whether it is being written part by part (<see cref="ChatRoom.BeginAsync(NewMessage, WritingOptions, CancellationToken)"/>), or was abandoned before it was complete;
    /// <see langword="null"/> for all other messages, also once they are complete.
    /// </summary>
    public WritingState? Writing
    {
        get => _details.Writing;
        init => _details = _details with { Writing = value, Lease = value == WritingState.InProgress ? _details.Lease : null };
    }

    /// <summary>Who writes it, if it is in progress and was read from a store.</summary>
    internal WritingLease? Lease => _details.Lease;

    internal static readonly IReadOnlyDictionary<string, string> NoMetadata = MetadataCopy.None;

    private static readonly Details AsSent = new(1, null, NoMetadata, null, null, default, null, null);

    /// <summary>The revision of the last edit in this state, which is its time; 0 if there was none. Link previews have a state of their own.</summary>
    internal long Revision => EditedAt is { } edited ? Micros.FromTime(edited) : 0;

    /// <summary>The message with all that few messages have, in one step.</summary>
    internal Message With(
        int version, DateTimeOffset? editedAt, IReadOnlyDictionary<string, string> metadata, string? idempotencyKey, long? replyTo, MentionList mentions, WritingState? writing,
        WritingLease? lease, DateTimeOffset? expiresAt, AttachmentList attachments, LinkPreviewList previews, long previewsRevision) =>
        this with
        {
            All = new Details(version, editedAt, metadata, idempotencyKey, replyTo, mentions, writing, lease)
            {
                ExpiresAt = expiresAt,
                Attachments = attachments,
                Previews = previews,
                PreviewsRevision = previewsRevision,
            },
        };

    /// <summary>The message with other link previews.</summary>
    internal Message With(LinkPreviewList previews, long revision) => this with { All = _details with { Previews = previews, PreviewsRevision = revision } };

    /// <summary>The revision of the change that wrote <see cref="Previews"/>; 0 if it was not read from a store.</summary>
    internal long PreviewsRevision => _details.PreviewsRevision;

    /// <summary>The message while it is being written.</summary>
    internal Message With(WritingLease lease) => this with { All = _details with { Writing = WritingState.InProgress, Lease = lease } };

    /// <summary>The message without a user: with another author, if the user is it, and without mentions of the user.</summary>
    internal Message Without(string user, string alias) => this with
    {
        User = User == user ? alias : User,
        All = _details with
        {
            IdempotencyKey = User == user ? null : IdempotencyKey,
            Mentions = [.. Mentions.Where(mention => mention.Kind != MentionKind.User || mention.Id != user)],
        },
    };

    private readonly long _utcTicks;
    private readonly Details _details = AsSent;

    private Details All
    {
        init => _details = value;
    }

    // Most messages share one instance, which halves the memory of a message without its text.
    private sealed record Details(
        int Version, DateTimeOffset? EditedAt, IReadOnlyDictionary<string, string> Metadata, string? IdempotencyKey, long? ReplyTo, MentionList Mentions, WritingState? Writing,
        WritingLease? Lease)
    {
        public DateTimeOffset? ExpiresAt { get; init; }

        public AttachmentList Attachments { get; init; }

        public LinkPreviewList Previews { get; init; }

        public long PreviewsRevision { get; init; }
    }

    /// <summary>Whether the other message has the same properties, including each entry of the metadata, each mention, attachment and preview.</summary>
    public bool Equals(Message? other) =>
        other is not null
        && Id == other.Id
        && Version == other.Version
        && Timestamp == other.Timestamp
        && EditedAt == other.EditedAt
        && User == other.User
        && Text == other.Text
        && IdempotencyKey == other.IdempotencyKey
        && ReplyTo == other.ReplyTo
        && Mentions == other.Mentions
        && Attachments == other.Attachments
        && Previews == other.Previews
        && Writing == other.Writing
        && ExpiresAt == other.ExpiresAt
        && MetadataEquals(Metadata, other.Metadata);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Version, Timestamp, User, Text);

    internal static bool MetadataEquals(IReadOnlyDictionary<string, string> one, IReadOnlyDictionary<string, string> other)
    {
        if (ReferenceEquals(one, other))
        {
            return true;
        }

        if (one.Count != other.Count)
        {
            return false;
        }

        foreach (var (name, value) in one)
        {
            if (!other.TryGetValue(name, out var otherValue) || value != otherValue)
            {
                return false;
            }
        }

        return true;
    }
}
