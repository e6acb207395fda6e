namespace RedisChat.Tool;

/// <summary>What <c>keys add-master</c> prints as JSON.</summary>
/// <param name="File">The key file.</param>
/// <param name="Created">Whether it did not exist before.</param>
/// <param name="MasterKeys">How many master keys it has now.</param>
internal sealed record AddedMasterKey(string File, bool Created, int MasterKeys);
