using System.Diagnostics;
using System.Reflection;

namespace RedisChat.Benchmarks.Life;

/// <summary>The <c>redischat</c> command in its own process.</summary>
internal sealed class LifeTool : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _errors;

    private LifeTool(Process process)
    {
        _process = process;
        process.StandardInput.Close();
        (_output, _errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
    }

    public bool HasEnded => _process.HasExited;

    /// <summary>Starts the tool, which lies beside this program.</summary>
    public static LifeTool Start(params IEnumerable<string> arguments)
    {
        // The program that runs this very runtime, because it may not be on the PATH.
        var dotnet = Path.GetFullPath(Path.Combine(
            Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

        // With the frameworks of this program, because those need not be copied here that it has from a framework and the tool from packages.
        var own = Path.Combine(AppContext.BaseDirectory, Assembly.GetEntryAssembly()!.GetName().Name!);
        var start = new ProcessStartInfo(
            dotnet, ["exec", "--depsfile", $"{own}.deps.json", "--runtimeconfig", $"{own}.runtimeconfig.json", Path.Combine(AppContext.BaseDirectory, "RedisChat.Tool.dll"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new LifeTool(Process.Start(start)!);
    }

    /// <summary>Ends it with SIGKILL.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Waits until it has ended.</summary>
    public async Task<ToolRun> EndAsync()
    {
        await _process.WaitForExitAsync();
        return new ToolRun(_process.ExitCode, (await _output).Trim(), (await _errors).Trim());
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await EndAsync();
        _process.Dispose();
    }
}
