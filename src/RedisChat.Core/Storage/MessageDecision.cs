namespace RedisChat;

/// <summary>What to do with a message, decided from its present state: see <see cref="IMessageStore.ChangeAsync"/>. Immutable.</summary>
public sealed record MessageDecision
{
    private MessageDecision(ChangeOutcome outcome) => Outcome = outcome;

    /// <summary>Leave the message as it is.</summary>
    public static MessageDecision Keep { get; } = new(ChangeOutcome.Unchanged);

    /// <summary>What the decision comes to if it is carried out.</summary>
    public ChangeOutcome Outcome { get; }

    /// <summary>The new text of an edit.</summary>
    public string? Text { get; private init; }

    /// <summary>The new metadata of an edit; <see langword="null"/> to keep what the message has.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; private init; }

    /// <summary>Who deletes; <see langword="null"/> if that is not known.</summary>
    public string? User { get; private init; }

    /// <summary>Why a message is deleted, if a reason was given.</summary>
    public string? Reason { get; private init; }

    /// <summary>Give the message another text or other metadata.</summary>
    /// <param name="text">The text.</param>
    /// <param name="metadata">All of the metadata; it is copied. <see langword="null"/> to keep what the message has.</param>
    public static MessageDecision Edit(string text, IReadOnlyDictionary<string, string>? metadata = null) => new(ChangeOutcome.Edited)
    {
        Text = text,
        Metadata = metadata is null ? null : MetadataCopy.Of(metadata),
    };

    /// <summary>Delete the message.</summary>
    /// <param name="user">Who deletes it: see <see cref="RoomEvent.Deleted.User"/>.</param>
    /// <param name="reason">Why: see <see cref="RoomEvent.Deleted.Reason"/>.</param>
    public static MessageDecision Delete(string? user = null, string? reason = null) =>
        new(ChangeOutcome.Deleted) { User = user, Reason = reason };

    /// <summary>The message after the edit: this is all that an edit changes.</summary>
    internal Message ApplyTo(Message message, DateTimeOffset editedAt) => message with
    {
        Text = Text!,
        Metadata = Metadata ?? message.Metadata,
        Version = message.Version + 1,
        EditedAt = editedAt,
    };
}
