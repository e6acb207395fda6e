namespace RedisChat;

/// <summary>What an erasure does with the messages of the user: see <see cref="ErasureOptions.Mode"/>.</summary>
public enum ErasureMode
{
    /// <summary>Deletes them, with their threads if <see cref="ChatOptions.DeleteThreads"/> is set.</summary>
    Remove,

    /// <summary>
    /// Replaces their author with an id that was made for this erasure. Their ids, times, order and texts stay, and so do their threads. A text that reveals its author still does.
    /// A message that is still being written is deleted.
    /// </summary>
    Anonymize,
}
