namespace RedisChat.Redis;

/// <summary>Removes the reactions to a message in the step that deletes it.</summary>
internal sealed class ReactionRemoval(KeyNames keys) : IDeletionEffect
{
    public void AddTo(RoomChange deletion, string room, Message message) =>
        deletion.Clear(ReactionKeys.Letter, ReactionKeys.Hash(keys, room, message.Id), ReactionKeys.OfMessage(message.Id));

    public void AddTo(RoomChange deletion, string room, IReadOnlyList<Message> messages)
    {
        foreach (var bucket in messages.Select(message => message.Id).GroupBy(Buckets.Of))
        {
            deletion.Sweep(ReactionKeys.Letter, ReactionKeys.Hash(keys, room, bucket.First()), [.. bucket.Select(ReactionKeys.OfMessage)]);
        }
    }
}
