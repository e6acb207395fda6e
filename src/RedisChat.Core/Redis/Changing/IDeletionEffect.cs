namespace RedisChat.Redis;

/// <summary>What a feature does in the same atomic step when a message is deleted: usually, it clears its data about the message.</summary>
internal interface IDeletionEffect
{
    /// <summary>Adds steps to the deletion. <see cref="RoomChange.Clear"/> costs nothing in Redis if the room does not use the feature.</summary>
    /// <param name="deletion">The change that deletes the message.</param>
    /// <param name="room">The room.</param>
    /// <param name="message">The message, as it is deleted.</param>
    void AddTo(RoomChange deletion, string room, Message message);

    /// <summary>Adds steps to the deletion of several messages: those of one message for each of them.</summary>
    /// <param name="deletion">The change that deletes the messages.</param>
    /// <param name="room">The room.</param>
    /// <param name="messages">The messages, as they are deleted, by ascending id. Of one that cannot be read, nothing but the id is known, and its author is empty; it may not exist.</param>
    void AddTo(RoomChange deletion, string room, IReadOnlyList<Message> messages);
}
