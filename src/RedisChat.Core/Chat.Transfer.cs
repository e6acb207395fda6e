namespace RedisChat;

// Export, import, migration and verification.
public sealed partial class Chat
{
    /// <summary>Finds all rooms, and exports, imports, migrates and verifies them.</summary>
    /// <exception cref="NotSupportedException">The store does not support that.</exception>
    public ChatTransfer Transfer => new(_store.RequireAbility<ITransferStore>("export and import"));
}
