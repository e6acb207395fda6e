using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.Benchmarks.Servers;

/// <summary>The server's own figures.</summary>
internal readonly struct ServerFigures(IConnectionMultiplexer connection)
{
    private IEnumerable<IServer> Primaries => connection.GetServers().Where(server => server.IsConnected && !server.IsReplica);

    /// <summary>Processor time of the whole server process, in µs.</summary>
    public async Task<double> ProcessorMicrosAsync()
    {
        var info = await ReadAsync("cpu");
        return (info["used_cpu_user"] + info["used_cpu_sys"]) * 1e6;
    }

    /// <summary>The server's allocated memory, in bytes.</summary>
    public async Task<double> UsedMemoryAsync() => (await ReadAsync("memory"))["used_memory"];

    /// <summary>The bytes that the server has sent to its clients since <see cref="ResetStatisticsAsync"/>.</summary>
    public async Task<double> OutputBytesAsync() => (await ReadAsync("stats"))["total_net_output_bytes"];

    /// <summary>How often each command was called since <see cref="ResetStatisticsAsync"/>, by clients and scripts, apart from those that measure.</summary>
    public async Task<Dictionary<string, long>> CommandsAsync()
    {
        var calls = new Dictionary<string, long>();
        foreach (var server in Primaries)
        {
            foreach (var (name, text) in (await server.InfoAsync("commandstats")).SelectMany(group => group))
            {
                // "cmdstat_get:calls=21,usec=175,usec_per_call=8.33,…"
                var command = name["cmdstat_".Length..];
                if (command is not ("info" or "config|resetstat"))
                {
                    calls[command] = calls.GetValueOrDefault(command) + long.Parse(text["calls=".Length..text.IndexOf(',', StringComparison.Ordinal)], CultureInfo.InvariantCulture);
                }
            }
        }

        return calls;
    }

    /// <summary>Starts counting commands and bytes from zero.</summary>
    public Task ResetStatisticsAsync() => Task.WhenAll(Primaries.Select(server => server.ConfigResetStatisticsAsync()));

    private async Task<Dictionary<string, double>> ReadAsync(string section)
    {
        var figures = new Dictionary<string, double>();
        foreach (var server in Primaries)
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
