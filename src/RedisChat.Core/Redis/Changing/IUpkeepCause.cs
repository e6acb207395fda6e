namespace RedisChat.Redis;

/// <summary>A feature that leaves work for the upkeep of the room when a message is changed. The room is added to the index before the change is made.</summary>
internal interface IUpkeepCause
{
    /// <summary>Whether the change leaves work.</summary>
    /// <param name="message">The message before it.</param>
    /// <param name="decision">The change.</param>
    bool Calls(Message message, MessageDecision decision);
}
