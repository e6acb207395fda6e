namespace RedisChat.IntegrationTests.Faults;

/// <summary>A promise that was not kept.</summary>
internal sealed record Violation(ViolationKind Kind, string What)
{
    public override string ToString() => $"{Kind}: {What}";
}

/// <summary>The kinds of violation.</summary>
internal enum ViolationKind
{
    /// <summary>The store does not hold a message that it acknowledged.</summary>
    Lost,

    /// <summary>An edit or a deletion was acknowledged, but the store holds the earlier state of the message.</summary>
    Undone,

    /// <summary>A message is stored twice, or delivered to a watcher twice.</summary>
    Doubled,

    /// <summary>A message that was acknowledged before another was sent comes after it, or a watcher received ids out of order.</summary>
    Reordered,

    /// <summary>A message or text that nobody sent, or a deletion that nobody requested.</summary>
    Phantom,

    /// <summary>An id is missing in the store or at a watcher, though nobody deleted it.</summary>
    Hole,

    /// <summary>Only some of the messages sent together are stored, or another one is between them.</summary>
    Torn,

    /// <summary>A message is stored although its send failed for certain.</summary>
    Undead,

    /// <summary>A watcher's state differs from the store, and the watcher received no gap.</summary>
    Unreported,

    /// <summary>A worker saw something that must never happen, such as an unobserved task exception.</summary>
    Broken,
}
