namespace RedisChat;

/// <summary>Why a watcher reads from the store instead of going on live.</summary>
internal enum CatchUpCause
{
    /// <summary>No cause: the watcher goes on live.</summary>
    None,

    /// <summary>It began to watch.</summary>
    Start,

    /// <summary>An event did not continue the ones before.</summary>
    Hole,

    /// <summary>It fell further behind than its buffer holds.</summary>
    Overflow,

    /// <summary>The room's counters told of something that no event did: the subscription was deaf.</summary>
    Probe,

    /// <summary>What came over the wire was no event.</summary>
    Unreadable,
}
