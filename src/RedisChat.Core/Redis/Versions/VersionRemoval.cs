namespace RedisChat.Redis;

/// <summary>Removes the earlier versions of a message in the step that deletes it.</summary>
internal sealed class VersionRemoval(KeyNames keys) : IDeletionEffect
{
    public void AddTo(RoomChange deletion, string room, Message message) =>
        deletion.Clear(VersionKeys.Letter, VersionKeys.Hash(keys, room, message.Id), VersionKeys.OfMessage(message.Id));

    public void AddTo(RoomChange deletion, string room, IReadOnlyList<Message> messages)
    {
        foreach (var bucket in messages.Select(message => message.Id).GroupBy(Buckets.Of))
        {
            deletion.Sweep(VersionKeys.Letter, VersionKeys.Hash(keys, room, bucket.First()), [.. bucket.Select(VersionKeys.OfMessage)]);
        }
    }
}
