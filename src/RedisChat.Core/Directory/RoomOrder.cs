namespace RedisChat;

/// <summary>The order in which rooms are listed.</summary>
public enum RoomOrder
{
    /// <summary>By name, or by id for rooms without a name; upper and lower case are equal. In the order of the characters' UTF-8 bytes, so not by a language's rules.</summary>
    Name,

    /// <summary>By the last message, to the minute, newest first. A room without messages has the time of its creation.</summary>
    Activity,
}
