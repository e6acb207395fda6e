namespace RedisChat.Redis;

/// <summary>Removes the earlier versions of a message in the step that deletes it.</summary>
internal sealed class VersionRemoval(KeyNames keys) : IDeletionEffect
{
    public void AddTo(RoomChange deletion, string room, long messageId) =>
        deletion.Clear(VersionKeys.Letter, VersionKeys.Hash(keys, room, messageId), VersionKeys.OfMessage(messageId));

    public void AddTo(RoomChange deletion, string room, IReadOnlyList<long> messageIds)
    {
        foreach (var bucket in messageIds.GroupBy(Buckets.Of))
        {
            deletion.Sweep(VersionKeys.Letter, VersionKeys.Hash(keys, room, bucket.First()), [.. bucket.Select(VersionKeys.OfMessage)]);
        }
    }
}
