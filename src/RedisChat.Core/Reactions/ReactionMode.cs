namespace RedisChat;

/// <summary>How many reactions a user may give one message.</summary>
public enum ReactionMode
{
    /// <summary>One of each kind: 👍 and ❤, but each only once.</summary>
    OneOfEachKind,

    /// <summary>One in total: another emoji replaces the previous one.</summary>
    OnePerUser,

    /// <summary>
    /// Any number of each kind: adding counts one more, removing one less. Once such a call may have happened it is not retried, because a retry could
    /// count twice. It then fails with <see cref="ChatUnavailableException.MayHaveHappened"/>.
    /// </summary>
    Counted,
}
