namespace RedisChat;

/// <summary>What happens to a message when a filter fails on it.</summary>
public enum FilterFailureMode
{
    /// <summary>The message is refused with a <see cref="ChatForbiddenException"/> whose inner exception says why the filter failed.</summary>
    Refuse,

    /// <summary>
    /// The message continues as if the filter had accepted it. If the time is up, it is stored as the filters before left it; the remaining ones do not run.
    /// </summary>
    Accept,
}
