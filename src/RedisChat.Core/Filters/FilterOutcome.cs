namespace RedisChat;

/// <summary>What a filter does with a message.</summary>
public enum FilterOutcome
{
    /// <summary>The message is stored as it is, unless a later filter decides otherwise.</summary>
    Accepted,

    /// <summary>The message is stored with another text, or other metadata.</summary>
    Replaced,

    /// <summary>The message is not stored.</summary>
    Refused,
}
