using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Replaces a connection that is stuck. The client library repairs most failures, but not all: it takes 20 seconds or more to notice a link that
/// swallows everything, and never finds a new primary that was not among the servers it connected to.
/// </summary>
/// <remarks>
/// A connection is stuck if it fails both before and after a fresh one succeeds. So a server that is down, or stalls for a moment, does not cause
/// additional connections.
/// </remarks>
internal sealed class RedisWatchdog(RedisConnection connection, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);

    // Connecting to a frozen server takes this whole time, so the first attempts use less than the configured time.
    private static readonly TimeSpan FirstConnectTimeout = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan LongestConnectTimeout = TimeSpan.FromMinutes(1);

    private int _looking;

    /// <summary>Checks the connection until it works, and replaces it if it is stuck.</summary>
    public void Suspect()
    {
        if (Interlocked.Exchange(ref _looking, 1) == 0)
        {
            _ = Background.Run(LookAsync);
        }
    }

    private async Task LookAsync()
    {
        try
        {
            var pause = FirstPause;
            var connectTimeout = FirstConnectTimeout;
            while (connection.Current is { } link && !await WorksAsync(link).ConfigureAwait(false))
            {
                await TryReplaceAsync(link, connectTimeout).ConfigureAwait(false);
                await Task.Delay(pause, time, CancellationToken.None).ConfigureAwait(false);
                pause = Longer(pause, LongestPause);
                connectTimeout = Longer(connectTimeout, LongestConnectTimeout);
            }
        }
        catch (Exception e)
        {
            // Whatever the error is, the next failure starts another check.
            ChatLog.LookingFailed(logger, e);
        }
        finally
        {
            Volatile.Write(ref _looking, 0);
        }

        static TimeSpan Longer(TimeSpan time, TimeSpan longest) => time * 2 < longest ? time * 2 : longest;
    }

    private async Task TryReplaceAsync(RedisLink stuck, TimeSpan connectTimeout)
    {
        RedisLink? fresh = null;
        var isInUse = false;
        try
        {
            fresh = await connection.OpenLinkAsync(connectTimeout).ConfigureAwait(false);

            // If the old one works again, the server had stalled.
            isInUse = await WorksAsync(fresh).ConfigureAwait(false)
                && !await WorksAsync(stuck).ConfigureAwait(false)
                && connection.TryReplace(stuck, fresh);
            if (isInUse)
            {
                ChatTelemetry.Reconnected();
                ChatLog.ConnectionReplaced(logger);
            }
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ChatUnavailableException)
        {
            // A fresh connection cannot reach the servers either.
        }
        finally
        {
            if (fresh is not null && !isInUse)
            {
                await fresh.CloseAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Whether every primary that the connection should reach is connected and really a primary, and subscriptions are answered.</summary>
    private async Task<bool> WorksAsync(RedisLink link)
    {
        var patience = Patience + link.Waits.Occupied;
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
        catch (Exception e) when (ServerRefusals.IsForGood(e))
        {
            // It answers, and without INFO nothing more can be checked.
            return true;
        }
        catch (Exception e) when (e is RedisException or RedisCommandException or TimeoutException or ObjectDisposedException)
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

        var nodes = await ClusterTopology.ReadAsync(servers, patience, time).ConfigureAwait(false);
        return nodes is null
            ? []
            : [.. nodes.Nodes
                .Where(node => node is { IsReplica: false, IsFail: false, IsNoAddr: false, EndPoint: not null } && node.Slots.Count > 0)
                .Select(node => multiplexer.GetServer(node.EndPoint!))];
    }
}
