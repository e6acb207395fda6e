namespace RedisChat;

/// <summary>What to do with a message, decided from its current state: see <see cref="IMessageStore.ChangeAsync"/>. Immutable.</summary>
public sealed record MessageDecision
{
    private MessageDecision(ChangeOutcome outcome) => Outcome = outcome;

    /// <summary>Leave the message as it is.</summary>
    public static MessageDecision Keep { get; } = new(ChangeOutcome.Unchanged);

    /// <summary>The outcome if the decision is carried out.</summary>
    public ChangeOutcome Outcome { get; }

    /// <summary>The new text of an edit.</summary>
    public string? Text { get; private init; }

    /// <summary>The new metadata of an edit; <see langword="null"/> to keep what the message has.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; private init; }

    /// <summary>The new mentions of an edit; <see langword="null"/> to keep those that the message has.</summary>
    public MentionList? Mentions { get; private init; }

    /// <summary>The new attachments of an edit; <see langword="null"/> to keep those that the message has.</summary>
    public AttachmentList? Attachments { get; private init; }

    /// <summary>The user who deletes the message; <see langword="null"/> if unknown.</summary>
    public string? User { get; private init; }

    /// <summary>Why a message is deleted, if a reason was given.</summary>
    public string? Reason { get; private init; }

    /// <summary>Who changes the message. The application, unless it is set: then no rule of the room is checked.</summary>
    public Actor By { get; init; } = Actor.Application;

    /// <summary>The right that a user needs for this, where the room has rules.</summary>
    public RoomRights Right { get; init; } = RoomRights.ChangeOwn;

    /// <summary>How many earlier versions of the message an edit keeps, among them the one that it replaces: see <see cref="ChatOptions.KeptVersions"/>.</summary>
    public int KeptVersions { get; init; }

    /// <summary>Give the message a new text, or new metadata as well.</summary>
    /// <param name="text">The text.</param>
    /// <param name="metadata">The complete new metadata, which is copied; <see langword="null"/> to keep what the message has.</param>
    public static MessageDecision Edit(string text, IReadOnlyDictionary<string, string>? metadata = null) => new(ChangeOutcome.Edited)
    {
        Text = text,
        Metadata = metadata is null ? null : MetadataCopy.Of(metadata),
    };

    /// <summary>Give the message a new text, and, where the edit names them, new metadata, mentions and attachments, which are copied.</summary>
    /// <param name="edit">The edit.</param>
    public static MessageDecision Edit(MessageEdit edit)
    {
        ArgumentNullException.ThrowIfNull(edit);
        return Edit(edit.Text, edit.Metadata) with { Mentions = edit.Mentions, Attachments = edit.Attachments };
    }

    /// <summary>Delete the message.</summary>
    /// <param name="user">The user who deletes it: see <see cref="RoomEvent.Deleted.User"/>.</param>
    /// <param name="reason">The reason: see <see cref="RoomEvent.Deleted.Reason"/>.</param>
    public static MessageDecision Delete(string? user = null, string? reason = null) =>
        new(ChangeOutcome.Deleted) { User = user, Reason = reason };

    /// <summary>The message after the edit. An edit changes nothing else, but a link that it removes takes its preview along.</summary>
    internal Message ApplyTo(Message message, DateTimeOffset editedAt) => message with
    {
        Text = Text!,
        Metadata = Metadata ?? message.Metadata,
        Mentions = Mentions ?? message.Mentions,
        Attachments = Attachments ?? message.Attachments,
        Previews = message.Previews.Count == 0 || message.Text == Text ? message.Previews : message.Previews.LinkedFrom(Text!),
        Version = message.Version + 1,
        EditedAt = editedAt,
    };
}
