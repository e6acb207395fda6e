using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Makes a connection anew that is stuck. The client library mends most of what breaks, but not all: a link that swallows everything is
/// noticed after 20 seconds or more, and after some fail-overs it never finds the new primary.
/// </summary>
/// <remarks>
/// Stuck is a connection that does not work while a fresh one does. So a server that is away is not made worse by it, and a connection that
/// works is never replaced.
/// </remarks>
internal sealed class RedisWatchdog(RedisConnection connection, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);

    // Of several servers one may be frozen, and is waited for as long as it may take to connect: at first not for as long as is configured.
    private static readonly TimeSpan FirstConnectTimeout = TimeSpan.FromSeconds(1.5);

    private int _looking;

    /// <summary>Looks whether the connection works, and goes on until one does.</summary>
    public void Suspect()
    {
        if (Interlocked.Exchange(ref _looking, 1) == 0)
        {
            _ = Task.Run(LookAsync);
        }
    }

    private async Task LookAsync()
    {
        try
        {
            var pause = FirstPause;
            TimeSpan? connectTimeout = FirstConnectTimeout;
            while (connection.Current is { } link && !await WorksAsync(link, Patience + connection.Occupied()).ConfigureAwait(false))
            {
                await TryReplaceAsync(link, connectTimeout).ConfigureAwait(false);
                connectTimeout = null;
                await Task.Delay(pause, time, CancellationToken.None).ConfigureAwait(false);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
        finally
        {
            Volatile.Write(ref _looking, 0);
        }
    }

    private async Task TryReplaceAsync(RedisLink stuck, TimeSpan? connectTimeout)
    {
        try
        {
            var fresh = await connection.ConnectAnewAsync(connectTimeout).ConfigureAwait(false);
            if (await WorksAsync(fresh, Patience).ConfigureAwait(false) && connection.TryReplace(stuck, fresh))
            {
                ChatTelemetry.Reconnected();
                ChatLog.ConnectionReplaced(logger);
                return;
            }

            await RedisConnection.CloseAsync(fresh).ConfigureAwait(false);
        }
        catch (RedisException)
        {
            // The servers cannot be reached this way either.
        }
    }

    /// <summary>Whether every primary that the connection should reach is reached, and is one, and subscriptions are answered.</summary>
    private async Task<bool> WorksAsync(RedisLink link, TimeSpan patience)
    {
        try
        {
            var primaries = await PrimariesAsync(link.Multiplexer, patience).ConfigureAwait(false);
            if (primaries.Count == 0 || primaries.Exists(server => !server.IsConnected || server.IsReplica))
            {
                return false;
            }

            var roles = primaries.ConvertAll(server => RedisInfo.ReadAsync(server, CancellationToken.None));
            var answers = await Task.WhenAll(roles).UntilAsync(patience, time).ConfigureAwait(false);
            await link.Multiplexer.GetSubscriber().PingAsync().UntilAsync(patience, time).ConfigureAwait(false);
            return Array.TrueForAll(answers, info => info.Role == ServerRole.Primary);
        }
        catch (RedisServerException e) when (RedisErrors.IsMissingRight(e))
        {
            // It answers, which is all that can be seen under these rights.
            return true;
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            return false;
        }
    }

    private async Task<List<IServer>> PrimariesAsync(IConnectionMultiplexer multiplexer, TimeSpan patience)
    {
        var servers = Array.FindAll(multiplexer.GetServers(), server => server.IsConnected);
        if (!Array.Exists(servers, server => server.ServerType == ServerType.Cluster))
        {
            return [.. servers.Where(server => !server.IsReplica)];
        }

        // Any node of the cluster knows; the one that is asked first may be the one that does not answer.
        var answers = servers.Select(server => server.ClusterNodesAsync().UntilAsync(patience, time)).ToList();
        ClusterConfiguration? nodes = null;
        while (nodes is null && answers.Count > 0)
        {
            var answer = await Task.WhenAny(answers).ConfigureAwait(false);
            answers.Remove(answer);
            nodes = answer.IsCompletedSuccessfully || answers.Count == 0 ? await answer.ConfigureAwait(false) : null;
            _ = answer.Exception;
        }

        answers.ForEach(answer => answer.Observed());
        return nodes is null
            ? []
            : [.. nodes.Nodes
                .Where(node => node is { IsReplica: false, IsFail: false, IsNoAddr: false, EndPoint: not null } && node.Slots.Count > 0)
                .Select(node => multiplexer.GetServer(node.EndPoint!))];
    }
}
