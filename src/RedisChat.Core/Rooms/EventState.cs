namespace RedisChat;

/// <summary>The state that an event carries: of what it is, and the revision of the last change that it includes.</summary>
/// <param name="Kind">Tells apart what changes independently of each other: a message, the reactions to it. The letter of its changes.</param>
/// <param name="MessageId">The message's id.</param>
/// <param name="Revision">May be ahead of the event's position when catching up; 0 for a message that has not changed.</param>
internal readonly record struct EventState(char Kind, long MessageId, long Revision);
