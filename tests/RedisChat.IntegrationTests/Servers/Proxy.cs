using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests;

/// <summary>A proxy in front of a server. It accepts connections, and opens one to the server for each; how the traffic passes is the derived class's idea.</summary>
internal abstract class Proxy<TLine> : IAsyncDisposable
    where TLine : ProxyLine, new()
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly List<TLine> _lines = [];
    private readonly IPEndPoint _server;

    protected Proxy(EndPoint server)
    {
        _server = (IPEndPoint)server;
        _listener.Start();
        _ = AcceptAsync();
    }

    public EndPoint EndPoint => _listener.LocalEndpoint;

    /// <summary>The configuration of a connection that takes its way through the proxy.</summary>
    /// <param name="configuration">That of a connection to the server.</param>
    public ConfigurationOptions Configure(string configuration)
    {
        var options = ConfigurationOptions.Parse(configuration);
        options.EndPoints.Clear();
        options.EndPoints.Add(EndPoint);
        return options;
    }

    /// <summary>Guards the state of the proxy and of its lines.</summary>
    protected object Gate { get; } = new();

    /// <summary>Cancelled when the proxy is disposed.</summary>
    protected CancellationToken End => _end.Token;

    /// <summary>All lines since they were last cut, including those that a side has hung up.</summary>
    protected TLine[] Lines
    {
        get
        {
            lock (Gate)
            {
                return [.. _lines];
            }
        }
    }

    public virtual async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        CutLines();
    }

    /// <summary>Passes what the client sends, until it hangs up.</summary>
    protected abstract Task PassRequestsAsync(TLine line);

    /// <summary>Passes what the server sends, until it hangs up. The line is cut afterward.</summary>
    protected abstract Task PassAnswersAsync(TLine line);

    /// <summary>Cuts all lines. New ones work.</summary>
    protected void CutLines()
    {
        lock (Gate)
        {
            _lines.ForEach(line => line.Cut());
            _lines.Clear();
        }
    }

    private async Task AcceptAsync()
    {
        while (!End.IsCancellationRequested)
        {
            var client = await _listener.AcceptTcpClientAsync(End);
            var server = new TcpClient();
            try
            {
                // A command that follows another one at once does not wait until that one is acknowledged.
                (client.NoDelay, server.NoDelay) = (true, true);
                await server.ConnectAsync(_server, End);
            }
            catch (SocketException)
            {
                client.Dispose();
                server.Dispose();
                continue;
            }

            var line = new TLine { Client = client.GetStream(), Server = server.GetStream() };
            lock (Gate)
            {
                _lines.Add(line);
            }

            _ = RunAsync(PassRequestsAsync(line), line.OnClientGone);
            _ = RunAsync(PassAnswersAsync(line), line.Cut);
        }
    }

    private static async Task RunAsync(Task passing, Action onEnd)
    {
        try
        {
            await passing;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // A side has hung up, or the proxy was disposed.
        }
        finally
        {
            onEnd();
        }
    }
}
