namespace RedisChat;

// Export, import, migration and verification.
public sealed partial class Chat
{
    /// <summary>Exports, imports, migrates and verifies rooms.</summary>
    /// <exception cref="NotSupportedException">The store does not support that.</exception>
    public ChatTransfer Transfer => new(_store.RequireAbility<ITransferStore>("export and import"));
}
