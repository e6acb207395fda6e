namespace RedisChat.Redis;

/// <summary>What a feature does when a message is deleted, in the same step: usually it clears what it keeps of the message.</summary>
internal interface IDeletionEffect
{
    /// <summary>Adds to the deletion. <see cref="RoomChange.Clear"/> costs a room that does not use the feature nothing in Redis.</summary>
    /// <param name="deletion">The change that deletes the message.</param>
    /// <param name="room">The room.</param>
    /// <param name="messageId">The message.</param>
    void AddTo(RoomChange deletion, string room, long messageId);
}
