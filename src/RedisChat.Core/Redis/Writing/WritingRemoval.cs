namespace RedisChat.Redis;

/// <summary>Ends the writing of a message in the step that deletes it, and removes its parts.</summary>
internal sealed class WritingRemoval(KeyNames keys) : IDeletionEffect
{
    public void AddTo(RoomChange deletion, string room, long messageId) =>
        deletion.Clear(WritingKeys.Letter, keys.Writing(room), WritingKeys.Field(messageId));

    public void AddTo(RoomChange deletion, string room, IReadOnlyList<long> messageIds) =>
        deletion.Sweep(WritingKeys.Letter, keys.Writing(room), [.. messageIds.Select(WritingKeys.Field)]);
}
