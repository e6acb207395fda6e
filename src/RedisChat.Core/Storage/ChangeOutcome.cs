namespace RedisChat;

/// <summary>Whether a change of a message took effect.</summary>
public enum ChangeOutcome
{
    /// <summary>The message does not exist: it never did, or was deleted.</summary>
    NotFound,

    /// <summary>The message was left as it was.</summary>
    Unchanged,

    /// <summary>The message has new content.</summary>
    Edited,

    /// <summary>The message was deleted.</summary>
    Deleted,
}
