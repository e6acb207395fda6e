namespace RedisChat;

/// <summary>A message that is about to be stored, or what an edit is about to make of one: see <see cref="IMessageFilter"/>. Immutable.</summary>
public sealed record FilteredMessage
{
    /// <summary>The room's id.</summary>
    public required string Room { get; init; }

    /// <summary>The id of the author; of an edit, the user who edits. Whether that is the author is checked later.</summary>
    public required string User { get; init; }

    /// <summary>The text; empty only if there are attachments.</summary>
    public required string Text { get; init; }

    /// <summary>The metadata; <see langword="null"/> for an edit that keeps what the message has.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>The id of the message that a new one replies to; <see langword="null"/> if it replies to none, and for an edit, which does not change it.</summary>
    public long? ReplyTo { get; init; }

    /// <summary>Whom the message mentions, which no filter changes; <see langword="null"/> for an edit that keeps the mentions that the message has.</summary>
    public MentionList? Mentions { get; init; }

    /// <summary>What the message refers to, which no filter changes: check the addresses here, if senders must not choose them. <see langword="null"/> for an edit that keeps what the message has.</summary>
    public AttachmentList? Attachments { get; init; }

    /// <summary>The id of the message that is edited; <see langword="null"/> for a new message.</summary>
    public long? EditedId { get; init; }
}
