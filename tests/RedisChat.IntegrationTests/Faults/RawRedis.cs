using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>A connection that gives a server one command after the other as a person at a terminal does, in any state that the server is in.</summary>
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

    /// <summary>Gives a command whose answer is one line, and takes an error for an exception.</summary>
    public async Task<string> AskAsync(string command)
    {
        await TellAsync(command);
        var answer = await _answers.ReadLineAsync() ?? "-The connection is closed.";
        return answer.StartsWith('-') ? throw new InvalidOperationException($"{command}: {answer}") : answer;
    }

    /// <summary>Gives a command and does not wait for its answer.</summary>
    public async Task TellAsync(string command) => await _client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(command + "\r\n"));

    public void Dispose() => _answers.Dispose();
}
