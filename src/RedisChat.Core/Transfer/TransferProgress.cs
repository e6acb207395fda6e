namespace RedisChat;

/// <summary>How far an export, an import, a migration or a verification is.</summary>
/// <param name="Scopes">The number of rooms, threads and users that are done.</param>
/// <param name="Facts">The number of facts that were written, imported, compared or checked.</param>
public sealed record TransferProgress(long Scopes, long Facts);
