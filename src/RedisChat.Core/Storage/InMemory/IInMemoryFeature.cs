namespace RedisChat;

/// <summary>What a feature keeps of one room, and adds to the paths that all features share.</summary>
/// <remarks>All members are called under the room's lock.</remarks>
internal interface IInMemoryFeature
{
    /// <summary>Adds what the feature knows of a page's messages.</summary>
    /// <param name="page">The page.</param>
    /// <param name="reader">The user for whom it is read, if one was named.</param>
    MessagePage AddTo(MessagePage page, string? reader);

    /// <summary>The present state of what changed, for a reader that may know it.</summary>
    /// <param name="subject">What changed.</param>
    /// <param name="position">The position of the event.</param>
    /// <param name="revision">The revision of the last change.</param>
    RoomEvent StateOf(InMemorySubject subject, RoomPosition position, long revision);

    /// <summary>The present state of a message that is new to the reader; <see langword="null"/> if there is nothing to report.</summary>
    RoomEvent? StateOfNew(long messageId, RoomPosition position);

    /// <summary>Removes what belongs to a message that was deleted.</summary>
    void Remove(long messageId);
}

/// <summary>What a change concerns: a message, or something with a name, such as a member.</summary>
internal readonly record struct InMemorySubject(long MessageId, string? Name = null)
{
    public static implicit operator InMemorySubject(long messageId) => new(messageId);
}
