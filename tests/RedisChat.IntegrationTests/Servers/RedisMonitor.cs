using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests;

/// <summary>Listens to all commands that a server runs: <c>MONITOR</c>.</summary>
internal sealed class RedisMonitor : IAsyncDisposable
{
    private const string End = "end of monitoring";

    private readonly TcpClient _client;
    private readonly StreamReader _lines;

    private RedisMonitor(TcpClient client)
    {
        _client = client;
        _lines = new StreamReader(client.GetStream());
    }

    public static async Task<RedisMonitor> StartAsync(RedisProcess server)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Port);
        await client.GetStream().WriteAsync("MONITOR\r\n"u8.ToArray());
        var monitor = new RedisMonitor(client);
        (await monitor._lines.ReadLineAsync()).Should().Be("+OK");
        return monitor;
    }

    /// <summary>The commands run so far.</summary>
    public async Task<List<string>> StopAsync(ConnectionMultiplexer connection)
    {
        await connection.GetDatabase().ExecuteAsync("ECHO", End);
        var lines = new List<string>();
        while (await _lines.ReadLineAsync() is { } line && !line.Contains(End, StringComparison.Ordinal))
        {
            lines.Add(line);
        }

        return lines;
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return default;
    }
}
