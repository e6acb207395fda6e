namespace RedisChat.Redis;

/// <summary>What a feature does in the same atomic step when a message is deleted: usually, it clears its data about the message.</summary>
internal interface IDeletionEffect
{
    /// <summary>Adds steps to the deletion. <see cref="RoomChange.Clear"/> costs nothing in Redis if the room does not use the feature.</summary>
    /// <param name="deletion">The change that deletes the message.</param>
    /// <param name="room">The room.</param>
    /// <param name="messageId">The message.</param>
    void AddTo(RoomChange deletion, string room, long messageId);

    /// <summary>Adds steps to the deletion of several messages: those of one message for each of them.</summary>
    /// <param name="deletion">The change that deletes the messages.</param>
    /// <param name="room">The room.</param>
    /// <param name="messageIds">The messages, by ascending id.</param>
    void AddTo(RoomChange deletion, string room, IReadOnlyList<long> messageIds);
}
