using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.Benchmarks.Servers;

/// <summary>The server's own figures.</summary>
internal readonly struct ServerFigures(IConnectionMultiplexer connection)
{
    /// <summary>Processor time of the whole server process, in µs.</summary>
    public async Task<double> ProcessorMicrosAsync()
    {
        var info = await ReadAsync("cpu");
        return (info["used_cpu_user"] + info["used_cpu_sys"]) * 1e6;
    }

    /// <summary>The server's allocated memory, in bytes.</summary>
    public async Task<double> UsedMemoryAsync() => (await ReadAsync("memory"))["used_memory"];

    private async Task<Dictionary<string, double>> ReadAsync(string section)
    {
        var figures = new Dictionary<string, double>();
        foreach (var server in connection.GetServers().Where(server => server.IsConnected && !server.IsReplica))
        {
            foreach (var (name, text) in (await server.InfoAsync(section)).SelectMany(group => group))
            {
                if (double.TryParse(text, CultureInfo.InvariantCulture, out var figure))
                {
                    figures[name] = figures.GetValueOrDefault(name) + figure;
                }
            }
        }

        return figures;
    }
}
