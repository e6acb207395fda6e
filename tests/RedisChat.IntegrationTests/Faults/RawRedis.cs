using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>A connection that sends commands one by one, like a person at a terminal, whatever state the server is in.</summary>
internal sealed class RawRedis : IDisposable
{
    private readonly TcpClient _client;
    private readonly StreamReader _answers;

    private RawRedis(TcpClient client)
    {
        _client = client;
        _answers = new StreamReader(client.GetStream());
    }

    public static async Task<RawRedis> ConnectAsync(int port)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        return new RawRedis(client);
    }

    /// <summary>Sends a command whose answer is one line, and throws if the answer is an error.</summary>
    public async Task<string> AskAsync(string command)
    {
        await SendAsync(command);
        var answer = await _answers.ReadLineAsync() ?? "-The connection is closed.";
        return answer.StartsWith('-') ? throw new InvalidOperationException($"{command}: {answer}") : answer;
    }

    /// <summary>Sends a command without waiting for its answer.</summary>
    public async Task SendAsync(string command) => await _client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(command + "\r\n"));

    public void Dispose() => _answers.Dispose();
}
