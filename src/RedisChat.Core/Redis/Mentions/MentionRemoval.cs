namespace RedisChat.Redis;

/// <summary>Removes the mentions of a message from the index in the step that deletes it. A message without mentions costs nothing.</summary>
internal sealed class MentionRemoval(KeyNames keys) : IDeletionEffect
{
    public void AddTo(RoomChange deletion, string room, Message message) => AddTo(deletion, room, [message]);

    public void AddTo(RoomChange deletion, string room, IReadOnlyList<Message> messages)
    {
        foreach (var set in messages.SelectMany(message => MentionIndex.Entries(keys, room, message, message.Mentions)).GroupBy(entry => entry.Key, entry => entry.Member))
        {
            deletion.Leave(set.Key, [.. set]);
        }
    }
}
