namespace RedisChat;

/// <summary>What a feature keeps of one room, and adds to the paths that all features share.</summary>
/// <remarks>All members are called under the room's lock.</remarks>
internal interface IInMemoryFeature
{
    /// <summary>Adds what the feature knows of a page's messages.</summary>
    /// <param name="page">The page.</param>
    /// <param name="reader">The user for whom it is read, if one was named.</param>
    MessagePage AddTo(MessagePage page, string? reader);

    /// <summary>The present state of a message that changed, for a reader that knows the message.</summary>
    RoomEvent StateOf(long messageId, RoomPosition position, long revision);

    /// <summary>The present state of a message that is new to the reader; <see langword="null"/> if there is nothing to report.</summary>
    RoomEvent? StateOfNew(long messageId, RoomPosition position);

    /// <summary>Removes what belongs to a message that was deleted.</summary>
    void Remove(long messageId);
}
