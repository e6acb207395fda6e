namespace RedisChat;

/// <summary>What an event reports the state of: a message's text, its reactions, … Each has a state of its own.</summary>
/// <param name="Kind">What of it.</param>
/// <param name="Id">The message's id.</param>
internal readonly record struct EventSubject(EventSubject.Of Kind, long Id)
{
    public enum Of
    {
        /// <summary>The message itself: its text, metadata, and whether it exists.</summary>
        Message,

        /// <summary>The reactions to the message.</summary>
        Reactions,
    }
}
