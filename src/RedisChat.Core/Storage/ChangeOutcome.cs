namespace RedisChat;

/// <summary>Whether a change of a message took effect.</summary>
public enum ChangeOutcome
{
    /// <summary>There is no such message: it never was, or is deleted.</summary>
    NotFound,

    /// <summary>The message was left as it was.</summary>
    Unchanged,

    /// <summary>The message has new content.</summary>
    Edited,

    /// <summary>The message is gone.</summary>
    Deleted,
}
