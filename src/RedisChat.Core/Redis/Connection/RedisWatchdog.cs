using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Makes a connection anew that is stuck. The client library mends most of what breaks, but not all: a link that swallows everything is
/// noticed after 20 seconds or more, and a new primary that was not among the servers it connected to is never found.
/// </summary>
/// <remarks>
/// Stuck is a connection that does not work before and after a fresh one does. So a server that is away, or stands still for a moment, is not
/// made worse by it.
/// </remarks>
internal sealed class RedisWatchdog(RedisConnection connection, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);

    // Of several servers one may be frozen, and is waited for as long as it may take to connect: at first not as long as is configured.
    private static readonly TimeSpan FirstConnectTimeout = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan LongestConnectTimeout = TimeSpan.FromMinutes(1);

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
            // Whatever it is, the next failure has it looked at again.
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
            fresh = await connection.ConnectAnewAsync(connectTimeout).ConfigureAwait(false);

            // What was stuck may work again by now: then it was the server that stood still.
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
            // The servers cannot be reached this way either.
        }
        finally
        {
            if (fresh is not null && !isInUse)
            {
                await RedisConnection.CloseAsync(fresh).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Whether every primary that the connection should reach is reached, and is one, and subscriptions are answered.</summary>
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
        catch (RedisServerException e) when (RedisErrors.IsMissingRight(e))
        {
            // It answers, which is all that can be seen under these rights.
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
