namespace RedisChat.Redis;

/// <summary>Removes the pin of a message in the step that deletes it.</summary>
internal sealed class PinRemoval(KeyNames keys) : IDeletionEffect
{
    public void AddTo(RoomChange deletion, string room, long messageId) => deletion.Clear(PinKeys.Letter, keys.Pins(room), PinKeys.Field(messageId));

    public void AddTo(RoomChange deletion, string room, IReadOnlyList<long> messageIds) =>
        deletion.Sweep(PinKeys.Letter, keys.Pins(room), [.. messageIds.Select(PinKeys.Field)]);
}
