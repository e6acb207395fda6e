namespace RedisChat;

/// <summary>What an <see cref="IMessageFilter"/> decides about a message. Immutable.</summary>
public sealed record FilterDecision
{
    private FilterDecision(FilterOutcome outcome) => Outcome = outcome;

    /// <summary>The message may be stored as it is.</summary>
    public static FilterDecision Accept { get; } = new(FilterOutcome.Accepted);

    /// <summary>What happens to the message.</summary>
    public FilterOutcome Outcome { get; }

    /// <summary>The text to store instead; <see langword="null"/> unless the message is replaced.</summary>
    public string? Text { get; private init; }

    /// <summary>The complete metadata to store instead; <see langword="null"/> to leave it as it is.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; private init; }

    /// <summary>Why the message is refused; <see langword="null"/> unless it is.</summary>
    public string? Reason { get; private init; }

    /// <summary>Store another text, or other metadata as well.</summary>
    /// <param name="text">The text. The limits of a sender's text apply.</param>
    /// <param name="metadata">The complete metadata, which is copied; <see langword="null"/> to leave it as it is.</param>
    public static FilterDecision Replace(string text, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new(FilterOutcome.Replaced) { Text = text, Metadata = metadata is null ? null : MetadataCopy.Of(metadata) };
    }

    /// <summary>Do not store the message: the call fails with <see cref="ChatForbiddenException"/>.</summary>
    /// <param name="reason">The reason, in a sentence for the sender. It becomes part of the exception's message, so do not repeat the user's text in it.</param>
    public static FilterDecision Refuse(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        return new(FilterOutcome.Refused) { Reason = reason };
    }
}
