namespace RedisChat.Redis;

/// <summary>Removes messages from those that expire in the step that deletes them. Messages that do not expire cost nothing.</summary>
internal sealed class ExpiryRemoval(KeyNames keys) : IDeletionEffect
{
    public void AddTo(RoomChange deletion, string room, Message message) => AddTo(deletion, room, [message]);

    public void AddTo(RoomChange deletion, string room, IReadOnlyList<Message> messages)
    {
        if (messages.Any(message => message.ExpiresAt is not null))
        {
            deletion.Leave(keys.Expires(room), [.. messages.Where(message => message.ExpiresAt is not null).Select(message => $"{(StackExchange.Redis.RedisValue)message.Id}")]);
        }
    }
}
