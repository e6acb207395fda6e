using System.Diagnostics;
using System.Text.Json;
using RedisChat.IntegrationTests;
using RedisChat.Tests;

namespace RedisChat.Browser.Tests;

/// <summary>The program in SignalRJs: Microsoft's JavaScript client in node. It ends when its standard input closes, which happens even if the test host is killed.</summary>
internal sealed class SignalRClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly string Sources = Path.Combine(Repository.Root, "tests", "RedisChat.Browser.Tests", "SignalRJs");

    private readonly Process _process;
    private readonly List<string> _events = [];

    private SignalRClient(Process process) => _process = process;

    /// <summary>The texts of the messages whose events have come, in their order.</summary>
    public IReadOnlyList<string> Events => _events;

    /// <summary>Connects to the first of the nodes. Without node and npm the test is skipped; on a build server it fails.</summary>
    public static async Task<SignalRClient> StartAsync(string room, IEnumerable<WebChatNode> nodes)
    {
        if (!ChildProcess.Exists("node") || !ChildProcess.Exists("npm"))
        {
            TestServer.SkipOrFail("The test runs the JavaScript client of SignalR, but there is no node and npm on the PATH.");
        }

        using var install = Start("npm", "ci", "--no-audit", "--no-fund");
        var output = install.StandardOutput.ReadToEndAsync();
        await install.WaitForExitAsync();
        install.ExitCode.Should().Be(0, await output);

        var client = new SignalRClient(Start("node", ["client.mjs", room, .. nodes.Select(node => node.Address)]));
        await client.UntilAsync("opened");
        return client;
    }

    /// <summary>Sends a message and waits for the answer, which its event often overtakes.</summary>
    public async Task SendAsync(string text)
    {
        await TellAsync($"send {text}");
        await UntilAsync("sent");
    }

    /// <summary>Connects to the second node and opens the room from the position that was reached.</summary>
    public async Task MoveAsync()
    {
        await TellAsync("move");
        await UntilAsync("opened");
    }

    /// <summary>Waits for the event of a message.</summary>
    public async Task ReceivesAsync(string text)
    {
        while (!_events.Contains(text))
        {
            await ReadAsync();
        }
    }

    /// <summary>Waits for a line of this kind.</summary>
    public async Task UntilAsync(string kind)
    {
        while (await ReadAsync() != kind)
        {
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        _process.Dispose();
    }

    private static Process Start(string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = Sources, RedirectStandardInput = true, RedirectStandardOutput = true })!;

    private async Task TellAsync(string command)
    {
        await _process.StandardInput.WriteLineAsync(command);
        await _process.StandardInput.FlushAsync();
    }

    private async Task<string> ReadAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var line = await _process.StandardOutput.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException("The client has ended; its error is in the output of the test.");
        using var json = JsonDocument.Parse(line);
        if (json.RootElement.TryGetProperty("event", out var kind) && kind.ValueEquals("created"))
        {
            _events.Add(json.RootElement.GetProperty("text").GetString()!);
        }

        return json.RootElement.GetProperty("kind").GetString()!;
    }
}
