namespace RedisChat.Redis;

/// <summary>What must be kept of messages beyond the deletion of their room.</summary>
internal interface IErasedMessages
{
    /// <summary>Keeps it, before some of the room's buckets are removed. May be called again for the same ones.</summary>
    /// <param name="room">The room, which is being deleted.</param>
    /// <param name="mark">The deletion: the room's field <c>gone</c>. Once the room has another one, or none, the deletion is over and what is found belongs to a new room.</param>
    /// <param name="uses">The features that the room uses.</param>
    /// <param name="first">The first bucket.</param>
    /// <param name="end">The bucket after the last one.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask KeepAsync(string room, string mark, string uses, long first, long end, CancellationToken cancellationToken);

    /// <summary>Whether a key that begins like those of the room is not removed with it.</summary>
    bool Owns(string room, string key);
}
