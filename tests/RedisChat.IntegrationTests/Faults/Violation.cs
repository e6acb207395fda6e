namespace RedisChat.IntegrationTests.Faults;

/// <summary>A promise that was not kept.</summary>
internal sealed record Violation(ViolationKind Kind, string What)
{
    public override string ToString() => $"{Kind}: {What}";
}

/// <summary>What can be wrong.</summary>
internal enum ViolationKind
{
    /// <summary>The store does not hold a message that it acknowledged.</summary>
    Lost,

    /// <summary>An edit or a deletion was acknowledged, and the store holds the message as it was before.</summary>
    Undone,

    /// <summary>A message is stored twice, or told to a watcher twice.</summary>
    Doubled,

    /// <summary>A message that was acknowledged before another one was sent comes after it, or a watcher was told ids out of order.</summary>
    Reordered,

    /// <summary>A message or text that nobody sent, or a deletion that nobody made.</summary>
    Phantom,

    /// <summary>An id is missing in the store or to a watcher, and nobody deleted it.</summary>
    Hole,

    /// <summary>Of messages sent together some are stored and some not, or another is between them.</summary>
    Torn,

    /// <summary>A send that failed for certain is stored.</summary>
    Undead,

    /// <summary>A watcher was told what differs from the store, and not of a gap.</summary>
    Untold,

    /// <summary>A worker saw what must never be seen, such as an unobserved task exception.</summary>
    Broken,
}
