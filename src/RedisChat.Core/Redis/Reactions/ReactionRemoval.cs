namespace RedisChat.Redis;

/// <summary>Removes the reactions to a message in the step that deletes it.</summary>
internal sealed class ReactionRemoval(KeyNames keys) : IDeletionEffect
{
    public void AddTo(RoomChange deletion, string room, long messageId) =>
        deletion.Clear(ReactionKeys.Letter, ReactionKeys.Hash(keys, room, messageId), ReactionKeys.OfMessage(messageId));

    public void AddTo(RoomChange deletion, string room, IReadOnlyList<long> messageIds)
    {
        foreach (var bucket in messageIds.GroupBy(Buckets.Of))
        {
            deletion.Sweep(ReactionKeys.Letter, ReactionKeys.Hash(keys, room, bucket.First()), [.. bucket.Select(ReactionKeys.OfMessage)]);
        }
    }
}
