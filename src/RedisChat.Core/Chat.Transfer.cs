namespace RedisChat;

// Export, import and verification.
public sealed partial class Chat
{
    /// <summary>Exports, imports and verifies rooms.</summary>
    /// <exception cref="NotSupportedException">The store does not support that.</exception>
    public ChatTransfer Transfer => new(_store.RequireAbility<ITransferStore>("export and import"));
}
