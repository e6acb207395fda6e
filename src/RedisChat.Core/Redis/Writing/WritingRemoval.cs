namespace RedisChat.Redis;

/// <summary>Ends the writing of a message in the step that deletes it, and removes its parts.</summary>
internal sealed class WritingRemoval(KeyNames keys) : IDeletionEffect
{
    public void AddTo(RoomChange deletion, string room, Message message) =>
        deletion.Clear(WritingKeys.Letter, keys.Writing(room), WritingKeys.Field(message.Id));

    public void AddTo(RoomChange deletion, string room, IReadOnlyList<Message> messages) =>
        deletion.Sweep(WritingKeys.Letter, keys.Writing(room), [.. messages.Select(message => message.Id).Select(WritingKeys.Field)]);
}
