using System.Globalization;
using RedisChat.IntegrationTests;
using RedisChat.Tests;

namespace RedisChat.Browser.Tests;

/// <summary>A node of the WebChat sample: its built program as a process of its own, which can be killed.</summary>
internal sealed class WebChatNode(int port, IReadOnlyList<string> arguments, string directory) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // Built before the tests, in the same configuration.
    private static readonly string Program = Path.Combine(
        Repository.Root, "samples", "WebChat", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "WebChat.dll");

    private ChildProcess? _process;

    public int Port => port;

    public string Address { get; } = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");

    public string Output => _process?.Output ?? "";

    /// <summary>Starts the node, for the first time or after it has ended, and waits until it serves.</summary>
    public async Task StartAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        // It lives for seconds, so compiling what is called often once more, to optimize it, costs more than it brings.
        _process = await ChildProcess.StartAsync("env", ["DOTNET_TieredPGO=0", "DOTNET_TC_CallCountThreshold=500", "dotnet", Program, "--urls", Address, .. arguments], directory);
        if (!await _process.WritesAsync(["in a browser"], or: ["Unhandled exception", "address already in use", "was not found"]))
        {
            throw new InvalidOperationException($"The node did not start:\n{_process.Output}");
        }
    }

    /// <summary>Waits until the node has written a text to its log.</summary>
    public async Task WritesAsync(string text)
    {
        for (var attempt = 1; !await _process!.WritesAsync([text], or: []); attempt++)
        {
            attempt.Should().BeLessThan(5, $"the node writes '{text}'");
        }
    }

    /// <summary>Ends the node as a crash would.</summary>
    public void Kill() => _process!.Kill();

    /// <summary>Shuts the node down and waits until it has ended.</summary>
    /// <returns>How long it took.</returns>
    public async Task<TimeSpan> StopAsync()
    {
        var start = TimeProvider.System.GetTimestamp();
        _process!.Terminate();
        try
        {
            await _process.Ended.WaitAsync(Patience);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"The node did not end:\n{Output}", e);
        }

        return TimeProvider.System.GetElapsedTime(start);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }
}
