namespace RedisChat;

/// <summary>How many reactions a user may give one message.</summary>
public enum ReactionMode
{
    /// <summary>One of each kind: 👍 and ❤, but each only once.</summary>
    OneOfEachKind,

    /// <summary>One in all: another emoji replaces the one before.</summary>
    OnePerUser,

    /// <summary>
    /// Any number of each kind; adding counts one more, removing one less. Such a call is not repeated once it may have happened, because repeating
    /// it would count twice: it then fails with <see cref="ChatUnavailableException.MayHaveHappened"/>.
    /// </summary>
    Counted,
}
