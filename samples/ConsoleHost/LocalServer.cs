using System.Net;
using System.Net.Sockets;
using System.Text;
using Garnet.common;

namespace RedisChat.ConsoleHost;

/// <summary>Finds the server that another chat on this machine has started, or starts one.</summary>
internal static class LocalServer
{
    private const int Attempts = 20;
    private const int AttemptsAtStranger = 3;
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);

    private enum Listener
    {
        None,
        Redis,
        Protected,
        Other,
    }

    /// <summary>The server that was started, or <see langword="null"/> if the port already has one.</summary>
    /// <exception cref="StartupException">Something else has the port, or the directory cannot be used.</exception>
    public static async Task<EmbeddedServer?> FindOrStartAsync(int port, string? dataDirectory)
    {
        for (var attempt = 1; ; attempt++)
        {
            switch (await ProbeAsync(port))
            {
                case Listener.Redis:
                    return null;
                case Listener.Protected:
                    throw new StartupException($"The Redis server on port {port} does not let everyone in. Name it: --redis 127.0.0.1:{port},password=...");
                case Listener.Other when attempt >= AttemptsAtStranger:
                    throw new StartupException($"Port {port} is taken by something that is not Redis. Choose another with --port.");
                case Listener.Other:
                    break;
                default:
                    try
                    {
                        return EmbeddedServer.Start(port, dataDirectory);
                    }
                    catch (SocketException e) when (attempt == Attempts || e.SocketErrorCode != SocketError.AddressAlreadyInUse)
                    {
                        throw new StartupException($"Port {port} cannot be used: {e.Message}. Choose another with --port.", e);
                    }
                    catch (SocketException)
                    {
                        // Another chat started at the same time and was faster: the next check finds its server.
                    }
                    catch (IOException) when (attempt < Attempts && Directory.Exists(dataDirectory))
                    {
                        // The faster one has locked the directory and will listen soon.
                    }
                    catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
                    {
                        throw new StartupException($"The directory of --data cannot be used: {e.Message}", e);
                    }
                    catch (GarnetException e)
                    {
                        throw new StartupException($"The embedded server does not start: {e.Message}", e);
                    }

                    break;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200));
        }
    }

    private static async Task<Listener> ProbeAsync(int port)
    {
        using var client = new TcpClient();
        using var timeout = new CancellationTokenSource(AnswerTimeout);
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port, timeout.Token);
        }
        catch (SocketException)
        {
            return Listener.None;
        }
        catch (OperationCanceledException)
        {
            return Listener.Other;
        }

        try
        {
            var stream = client.GetStream();
            await stream.WriteAsync("*1\r\n$4\r\nPING\r\n"u8.ToArray(), timeout.Token);
            var answer = new byte[7];
            var length = await stream.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, timeout.Token);
            return Encoding.ASCII.GetString(answer, 0, length) switch
            {
                "+PONG\r\n" => Listener.Redis,
                "-NOAUTH" or "-NOPERM" or "-DENIED" => Listener.Protected,
                _ => Listener.Other,
            };
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            return Listener.Other;
        }
    }
}
