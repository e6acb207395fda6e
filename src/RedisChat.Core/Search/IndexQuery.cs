namespace RedisChat;

/// <summary>What an <see cref="IMessageIndex"/> is to find.</summary>
public sealed record IndexQuery
{
    /// <summary>The words, all of which a message must have: see <see cref="MessageSearch.Text"/>. No character in it has a meaning of its own.</summary>
    public required string Text { get; init; }

    /// <summary>Only messages of these rooms and of their threads; <see langword="null"/> for all.</summary>
    public IReadOnlyList<string>? Rooms { get; init; }

    /// <summary>Only messages of this author; <see langword="null"/> for all.</summary>
    public string? User { get; init; }

    /// <summary>Only messages that were stored at this time or later; <see langword="null"/> for no limit.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only messages that were stored before this time; <see langword="null"/> for no limit.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Where to continue: only hits with a lower <see cref="IndexHit.Place"/>. <see langword="null"/> to start.</summary>
    public long? Before { get; init; }

    /// <summary>The most hits to return, at least 1.</summary>
    public required int Limit { get; init; }
}
