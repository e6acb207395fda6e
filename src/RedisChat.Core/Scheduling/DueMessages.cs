namespace RedisChat;

/// <summary>The scheduled messages that a process has claimed.</summary>
public sealed record DueMessages
{
    /// <summary>The messages, in the order in which they are to be sent.</summary>
    public required IReadOnlyList<DueMessage> Messages { get; init; }

    /// <summary>How long until the next one is due, as far as it is scheduled now; zero if more are due already; <see langword="null"/> if nothing is scheduled.</summary>
    public TimeSpan? Next { get; init; }
}
