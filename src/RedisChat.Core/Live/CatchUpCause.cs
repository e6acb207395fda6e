namespace RedisChat;

/// <summary>Why a watcher reads from the store instead of continuing live.</summary>
internal enum CatchUpCause
{
    /// <summary>No cause: the watcher continues live.</summary>
    None,

    /// <summary>The watcher has just started.</summary>
    Start,

    /// <summary>An event did not continue the previous ones.</summary>
    Hole,

    /// <summary>The watcher fell further behind than its buffer holds.</summary>
    Overflow,

    /// <summary>The room's counters showed a change that no event had reported: the subscription was deaf.</summary>
    Probe,

    /// <summary>A payload on the channel was not an event.</summary>
    Unreadable,
}
