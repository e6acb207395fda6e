using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Runs <c>INFO</c> on a server, even over a host's connection without <c>allowAdmin</c>.</summary>
internal static class RedisInfo
{
    private static readonly RedisScript Script = new("server_info.lua");

    /// <exception cref="RedisException">The server refuses it or does not answer.</exception>
    public static async Task<ServerInfo> ReadAsync(IServer server, CancellationToken cancellationToken)
    {
        RedisResult answer;
        try
        {
            answer = await server.ExecuteAsync("INFO").UntilAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (RedisCommandException)
        {
            // The client demands allowAdmin for INFO (since 3.0 also for commands given as words), but does not check what scripts run.
            answer = await Script.RunAsync(server).UntilAsync(cancellationToken).ConfigureAwait(false);
        }

        return ServerInfo.From(answer);
    }
}
