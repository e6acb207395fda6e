using System.Net;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Asks the sentinels for a service's current servers.</summary>
/// <remarks>
/// The client library can follow the sentinels itself, but it does so in every connection with blocking calls on the thread pool. On a machine with
/// few cores, timers, and with them all deadlines, then run seconds late. So the sentinels are asked only when a connection is created, and the
/// <see cref="RedisWatchdog"/> creates a new one when the old one has lost its primary.
/// </remarks>
internal static class RedisSentinels
{
    /// <summary>The configuration for the service's servers, with the primary first.</summary>
    /// <exception cref="ChatUnavailableException">No sentinel answers, or none of them knows the service.</exception>
    public static async Task<ConfigurationOptions> ResolveAsync(ConfigurationOptions configuration, TimeProvider time)
    {
        var service = configuration.ServiceName!;
        var answers = await AskAsync(configuration, service, time).ConfigureAwait(false);

        // A sentinel that was cut off from the others may still name the old primary.
        var primary = answers.GroupBy(answer => answer.Primary).MaxBy(group => group.Count())
            ?? throw new ChatUnavailableException(
                "No sentinel names a primary of the configured service. Check that the sentinels are running and that serviceName is the name they use.");
        var resolved = configuration.Clone();
        resolved.ServiceName = null;
        resolved.EndPoints.Clear();
        foreach (var server in primary.SelectMany(answer => answer.Replicas).Prepend(primary.Key).Distinct())
        {
            resolved.EndPoints.Add(server);
        }

        return resolved;
    }

    private static async Task<List<(EndPoint Primary, EndPoint[] Replicas)>> AskAsync(ConfigurationOptions configuration, string service, TimeProvider time)
    {
        var sentinels = configuration.Clone();
        sentinels.ServiceName = null;
        sentinels.CommandMap = CommandMap.Sentinel;
        sentinels.TieBreaker = "";
        sentinels.User = configuration.SentinelUser;
        sentinels.Password = configuration.SentinelPassword;
        var connection = await ConnectionMultiplexer.ConnectAsync(sentinels).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var asked = connection.GetServers().Where(server => server.IsConnected).Select(AskOneAsync).ToList();
        var answers = new List<(EndPoint, EndPoint[])>();
        foreach (var answer in asked)
        {
            if (await answer.ConfigureAwait(false) is var (primary, replicas))
            {
                answers.Add((primary, replicas));
            }
        }

        return answers;

        async Task<(EndPoint, EndPoint[])?> AskOneAsync(IServer sentinel)
        {
            var patience = TimeSpan.FromMilliseconds(configuration.ConnectTimeout);
            try
            {
                var primary = await sentinel.SentinelGetMasterAddressByNameAsync(service).UntilAsync(patience, time).ConfigureAwait(false);
                return primary is null
                    ? null
                    : (primary, await sentinel.SentinelGetReplicaAddressesAsync(service).UntilAsync(patience, time).ConfigureAwait(false));
            }
            catch (Exception e) when (e is RedisException or TimeoutException)
            {
                return null;
            }
        }
    }
}
