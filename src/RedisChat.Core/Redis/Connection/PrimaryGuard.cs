using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Detects two primaries outside of a cluster. One of them is stale and will discard the writes it accepts, but the client library may write to it.
/// </summary>
/// <remarks>
/// Two connections are not proof of two primaries, because one server may be configured under two names. So if more than one connected server
/// claims to be the primary, the guard asks each for its run id, once per connection. Otherwise it neither sends nor allocates anything.
/// </remarks>
internal sealed class PrimaryGuard(IConnectionMultiplexer multiplexer, TimeProvider time)
{
    /// <summary>The error message if there are two primaries.</summary>
    public const string Sentence =
        "Two connected servers claim to be the primary, and one of them will lose its writes. Nothing was written. During a failover this is temporary. If it "
        + "lasts, the configuration names servers that do not belong together, or one server under two names whose INFO this user may not run.";

    // The list of servers rarely changes, and building it allocates.
    private static readonly TimeSpan ServersAreKnownFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly object _gate = new();
    private IServer[] _servers = [];
    private long _serversListedAt;
    private volatile Verdict? _verdict;
    private Task<Verdict>? _asking;

    /// <summary>Whether there are two primaries; <see langword="null"/> if the servers must be asked: see <see cref="HasTwoAsync"/>.</summary>
    public bool? HasTwo()
    {
        var primaries = 0;
        foreach (var server in Servers())
        {
            primaries += IsPrimary(server) ? 1 : 0;
        }

        return primaries <= 1 ? false
            : _verdict is { } verdict && verdict.Sockets.SequenceEqual(Sockets()) ? verdict.IsTwo
            : null;
    }

    /// <summary>Whether there are two primaries. A server that does not report its run id counts as a different one.</summary>
    public async ValueTask<bool> HasTwoAsync(CancellationToken cancellationToken)
    {
        if (HasTwo() is { } known)
        {
            return known;
        }

        Task<Verdict> asking;
        lock (_gate)
        {
            asking = _asking = _asking is { IsCompleted: false } ? _asking : Background.Run(AskAsync);
        }

        return (await asking.UntilAsync(cancellationToken).ConfigureAwait(false)).IsTwo;
    }

    /// <summary>The connections that writes may use. A server that is configured under two names has both of its connections here.</summary>
    public RedisSocket[] Sockets() => [.. Servers().Where(IsPrimary).Select(RedisSocket.Of)];

    private IServer[] Servers()
    {
        var now = time.GetTimestamp();
        if (_servers.Length == 0 || time.GetElapsedTime(Volatile.Read(ref _serversListedAt), now) > ServersAreKnownFor)
        {
            _servers = multiplexer.GetServers();
            Volatile.Write(ref _serversListedAt, now);
        }

        return _servers;
    }

    private static bool IsPrimary(IServer server) => server is { IsConnected: true, IsReplica: false, ServerType: ServerType.Standalone };

    private async Task<Verdict> AskAsync()
    {
        var sockets = Sockets();
        var ids = await Task.WhenAll(sockets.Select(socket => RunIdAsync(socket.Server))).ConfigureAwait(false);
        var verdict = new Verdict(sockets, ids.Any(id => id.Value is null) || ids.Distinct().Count() > 1);
        if (!ids.Any(id => id.MayComeLater))
        {
            _verdict = verdict;
        }

        return verdict;
    }

    private async Task<(string? Value, bool MayComeLater)> RunIdAsync(IServer server)
    {
        try
        {
            return ((await RedisInfo.ReadAsync(server, CancellationToken.None).UntilAsync(Patience, time).ConfigureAwait(false))["run_id"], false);
        }
        catch (Exception e) when (ServerRefusals.IsForGood(e))
        {
            return (null, false);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            return (null, true);
        }
    }

    private sealed record Verdict(RedisSocket[] Sockets, bool IsTwo);
}
