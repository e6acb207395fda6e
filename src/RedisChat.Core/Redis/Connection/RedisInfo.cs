using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Asks a server for <c>INFO</c>, also over a connection of the host's without <c>allowAdmin</c>.</summary>
internal static class RedisInfo
{
    private static readonly RedisScript Script = new("server_info.lua");

    /// <exception cref="RedisException">The server refuses it, or does not answer.</exception>
    public static async Task<ServerInfo> ReadAsync(IServer server, CancellationToken cancellationToken)
    {
        RedisResult answer;
        try
        {
            answer = await server.ExecuteAsync("INFO").UntilAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (RedisCommandException)
        {
            // The client demands allowAdmin for INFO (since 3.0 also for commands given as words), but does not look into scripts.
            answer = await Script.RunAsync(server).UntilAsync(cancellationToken).ConfigureAwait(false);
        }

        return ServerInfo.From(answer);
    }
}
