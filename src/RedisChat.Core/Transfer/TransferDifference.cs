namespace RedisChat;

/// <summary>Something that a verification found to be wrong.</summary>
/// <param name="Room">The id of the room or thread; <see langword="null"/> if it does not concern a single room.</param>
/// <param name="User">The user, if it concerns what belongs to a user across rooms.</param>
/// <param name="What">A short name of what is wrong, such as <c>count</c>, <c>mentions</c> or <c>message</c>: see docs/export.md.</param>
/// <param name="Details">What is wrong, as a sentence. It contains no text of messages, but may contain ids of users: remove control characters before you show it in a terminal.</param>
/// <param name="IsRepaired">Whether it was repaired.</param>
public sealed record TransferDifference(string? Room, string? User, string What, string Details, bool IsRepaired);
