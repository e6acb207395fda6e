namespace RedisChat;

/// <summary>The subject of the state in an event, and the revision of the last change that the state includes.</summary>
/// <param name="Kind">The letter of its changes. A message and the reactions to it change independently, so they have different ones.</param>
/// <param name="MessageId">The message's id.</param>
/// <param name="Revision">May be ahead of the event's position when catching up; 0 for a message that has not changed.</param>
internal readonly record struct EventState(char Kind, long MessageId, long Revision);
