namespace RedisChat.Conformance;

/// <summary>A step of a conversation.</summary>
/// <param name="Name">What happens, for the message of a failed test.</param>
/// <param name="Act">Makes it happen, and returns what can be compared.</param>
internal sealed record ConversationStep(string Name, Func<ChatRoom, Task<string>> Act)
{
    /// <summary>Whether it may find its message, or not, because that expires just then.</summary>
    public bool IsEither { get; init; }

    /// <summary>Whether it sends a message that expires in a moment, and returns its id.</summary>
    public bool IsBrief { get; init; }

    /// <summary>The time of scheduled messages that are due: past by every clock.</summary>
    public static DateTimeOffset Due { get; } = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Who has scheduled a message for <see cref="Due"/>; <see langword="null"/> if nobody has.</summary>
    public string? DueOf { get; init; }
}
