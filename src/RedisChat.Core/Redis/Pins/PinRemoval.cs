namespace RedisChat.Redis;

/// <summary>Removes the pin of a message in the step that deletes it.</summary>
internal sealed class PinRemoval(KeyNames keys) : IDeletionEffect
{
    public void AddTo(RoomChange deletion, string room, Message message) => deletion.Clear(PinKeys.Letter, keys.Pins(room), PinKeys.Field(message.Id));

    public void AddTo(RoomChange deletion, string room, IReadOnlyList<Message> messages) =>
        deletion.Sweep(PinKeys.Letter, keys.Pins(room), [.. messages.Select(message => PinKeys.Field(message.Id))]);
}
