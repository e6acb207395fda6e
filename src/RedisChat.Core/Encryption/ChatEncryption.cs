namespace RedisChat;

/// <summary>The settings of a chat that encrypts its messages: see <see cref="RedisChatBuilderExtensions.AddEncryption(IRedisChatBuilder, IChatKeyRing, Func{string, bool}?)"/>.</summary>
/// <param name="keys">The master keys.</param>
/// <param name="rooms">Which rooms are encrypted, by id; <see langword="null"/> for all.</param>
internal sealed class ChatEncryption(IChatKeyRing keys, Func<string, bool>? rooms)
{
    public IChatKeyRing Keys => keys;

    public bool Encrypts(string room) => rooms?.Invoke(room) ?? true;
}
