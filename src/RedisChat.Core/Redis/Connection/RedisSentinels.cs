using System.Net;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Asks the sentinels which servers a service has now.</summary>
/// <remarks>
/// The client library can follow the sentinels by itself. But it does so with blocking calls on the thread pool, in every connection: on a machine
/// of few cores timers then run late by seconds, and with them all deadlines. So they are asked when a connection is made, and the
/// <see cref="RedisWatchdog"/> makes a new one where the old one has lost its primary.
/// </remarks>
internal static class RedisSentinels
{
    /// <summary>The configuration for the service's servers, its primary first.</summary>
    /// <exception cref="ChatUnavailableException">No sentinel answers, or none knows the service.</exception>
    public static async Task<ConfigurationOptions> ResolveAsync(ConfigurationOptions configuration, TimeProvider time)
    {
        var service = configuration.ServiceName!;
        var answers = await AskAsync(configuration, service, time).ConfigureAwait(false);

        // A sentinel that was cut off from the others may still name the primary of before.
        var primary = answers.GroupBy(answer => answer.Primary).MaxBy(group => group.Count())
            ?? throw new ChatUnavailableException(
                "No sentinel names a primary of the configured service. Check that the sentinels run, and that serviceName is the name they use.");
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
