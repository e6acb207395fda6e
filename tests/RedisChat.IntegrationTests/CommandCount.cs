using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests;

/// <summary>How often a server has run commands since it was started, including those of scripts.</summary>
internal static class CommandCount
{
    /// <summary>All commands, except those by which a test or a connection asks how the server is.</summary>
    public static Task<long> AllAsync(ConnectionMultiplexer connection) => SumAsync(connection, static name => name is not ("info" or "ping"));

    /// <summary>The commands of these names, in lower case.</summary>
    public static Task<long> OfAsync(ConnectionMultiplexer connection, params string[] names) => SumAsync(connection, name => names.Contains(name));

    private static async Task<long> SumAsync(ConnectionMultiplexer connection, Func<string, bool> counts)
    {
        var statistics = await connection.GetServers()[0].InfoAsync("commandstats");
        return statistics.SelectMany(section => section)
            .Where(command => counts(command.Key["cmdstat_".Length..]))
            .Sum(command => long.Parse(command.Value.Split("calls=")[1].Split(',')[0], CultureInfo.InvariantCulture));
    }
}
