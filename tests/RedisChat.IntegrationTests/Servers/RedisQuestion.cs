using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RedisChat.IntegrationTests;

/// <summary>One command to one server, with nothing in between: no handshake, no redirection, no retry.</summary>
internal static class RedisQuestion
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<IReadOnlyList<string>> AskAsync(int port, string[] command)
    {
        using var late = new CancellationTokenSource(Patience);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, late.Token);
        var stream = client.GetStream();
        var request = new StringBuilder().Append(CultureInfo.InvariantCulture, $"*{command.Length}\r\n");
        foreach (var word in command)
        {
            request.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        }

        await stream.WriteAsync(Encoding.UTF8.GetBytes(request.ToString()), late.Token);
        var values = new List<string>();

        // One byte per character: lengths are right, and all commands here are ASCII.
        await ReadAsync(new StreamReader(stream, Encoding.Latin1), values, late.Token);
        return values;
    }

    private static async Task ReadAsync(StreamReader reply, List<string> values, CancellationToken cancellationToken)
    {
        var line = await reply.ReadLineAsync(cancellationToken) ?? throw new IOException("The server closed the connection.");
        var text = line[1..];
        switch (line[0])
        {
            case '+' or ':':
                values.Add(text);
                break;
            case '-':
                throw new InvalidOperationException(text);
            case '$' when int.Parse(text, CultureInfo.InvariantCulture) is var length and >= 0:
                var value = new char[length + 2];
                await reply.ReadBlockAsync(value, cancellationToken);
                values.Add(new string(value, 0, length));
                break;
            case '*':
                for (var rest = int.Parse(text, CultureInfo.InvariantCulture); rest > 0; rest--)
                {
                    await ReadAsync(reply, values, cancellationToken);
                }

                break;
        }
    }
}
