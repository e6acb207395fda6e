namespace RedisChat.Redis;

/// <summary>What a feature does in the same atomic step when a message is edited.</summary>
internal interface IEditEffect
{
    /// <summary>Adds steps to the edit.</summary>
    /// <param name="edit">The change that edits the message.</param>
    /// <param name="room">The room.</param>
    /// <param name="replaced">The message before the edit.</param>
    /// <param name="value">Its stored value, decrypted: see <see cref="RoomChange.Cipher"/>.</param>
    /// <param name="decision">The edit.</param>
    void AddTo(RoomChange edit, string room, Message replaced, ReadOnlySpan<byte> value, MessageDecision decision);
}
