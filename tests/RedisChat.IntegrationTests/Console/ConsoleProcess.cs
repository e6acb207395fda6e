using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace RedisChat.IntegrationTests.Sample;

/// <summary>The console sample in its own process, with redirected input and output.</summary>
/// <remarks>It exits at the end of its input, and therefore also when the test host dies.</remarks>
internal sealed class ConsoleProcess : IAsyncDisposable
{
    /// <summary>The pattern of a message's time, for regular expressions that match lines.</summary>
    public const string Time = @"\d\d:\d\d:\d\d";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Lines _output = new();
    private readonly Lines _errors = new();

    private ConsoleProcess(Process process)
    {
        _process = process;
        _output.Read(process.StandardOutput);
        _errors.Read(process.StandardError);
    }

    /// <summary>A free port that no other test receives.</summary>
    public static int FreePort() => IntegrationTests.FreePort.Find();

    public static ConsoleProcess Start(params string[] arguments) => StartProgram("ConsoleHost.dll", arguments);

    /// <summary>Starts another program of the output directory in the same way.</summary>
    /// <param name="assembly">The name of its file.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables that it finds in its environment.</param>
    public static ConsoleProcess StartProgram(string assembly, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>>? environment = null) =>
        new(Process.Start(Describe(assembly, arguments, environment))!);

    /// <summary>How a program of the output directory is started.</summary>
    /// <inheritdoc cref="StartProgram" path="/param"/>
    public static ProcessStartInfo Describe(string assembly, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>>? environment = null)
    {
        // The program that runs this very runtime, because it may not be on the PATH.
        var dotnet = Path.GetFullPath(Path.Combine(
            Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
        var start = new ProcessStartInfo(dotnet)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, assembly));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        return start;
    }

    /// <summary>The process id.</summary>
    public int Id => _process.Id;

    /// <summary>Starts the sample on the embedded server of this port.</summary>
    public static ConsoleProcess StartOn(int port, string user, params string[] arguments) =>
        Start(["--port", port.ToString(CultureInfo.InvariantCulture), "--user", user, .. arguments]);

    /// <summary>Runs the sample on these lines until it exits.</summary>
    public static async Task<ConsoleRun> RunAsync(IEnumerable<string> lines, params string[] arguments)
    {
        await using var process = Start(arguments);
        foreach (var line in lines)
        {
            await process.TypeAsync(line);
        }

        return await process.LeaveAsync();
    }

    public async Task TypeAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Writes an unfinished line.</summary>
    public Task TypeUnfinishedAsync(string text) => _process.StandardInput.WriteAsync(text);

    /// <summary>Waits for a line of the output, which may be there already.</summary>
    public Task<string> LineAsync(string pattern) => _output.FindAsync(pattern, Describe);

    /// <summary>Waits for a line of the error output, which may be there already.</summary>
    public Task<string> ErrorAsync(string pattern) => _errors.FindAsync(pattern, Describe);

    /// <summary>Ends the input and waits for the end of the process.</summary>
    public Task<ConsoleRun> LeaveAsync()
    {
        _process.StandardInput.Close();
        return EndAsync();
    }

    /// <summary>Waits for the end of the process.</summary>
    public async Task<ConsoleRun> EndAsync()
    {
        try
        {
            await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Timeout);
            await Task.WhenAll(_output.Reading, _errors.Reading).WaitAsync(Timeout);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"The sample did not exit within {Timeout.TotalSeconds} s. {Describe()}");
        }

        return new ConsoleRun(_process.ExitCode, _output.Snapshot(), _errors.Snapshot());
    }

    /// <summary>Ends the process as a crash would (SIGKILL), and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(Timeout);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private string Describe() => string.Join('\n', ["It wrote:", .. _output.Snapshot(), "and as errors:", .. _errors.Snapshot()]);

    /// <summary>The lines that a process has printed so far.</summary>
    private sealed class Lines
    {
        private readonly List<string> _lines = [];
        private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Reading { get; private set; } = Task.CompletedTask;

        public void Read(StreamReader reader) => Reading = ReadAsync(reader);

        public List<string> Snapshot()
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }

        public async Task<string> FindAsync(string pattern, Func<string> describe)
        {
            var deadline = DateTime.UtcNow + Timeout;
            while (true)
            {
                Task more;
                bool ended;
                lock (_lines)
                {
                    (more, ended) = (_more.Task, Reading.IsCompleted);
                    if (_lines.Find(line => Regex.IsMatch(line, pattern)) is { } found)
                    {
                        return found;
                    }
                }

                var left = deadline - DateTime.UtcNow;
                if (ended || left <= TimeSpan.Zero)
                {
                    Assert.Fail($"No line matched {pattern} {(ended ? "before the sample exited" : $"within {Timeout.TotalSeconds} s")}. {describe()}");
                }

                await Task.WhenAny(more, Reading, Task.Delay(left));
            }
        }

        private async Task ReadAsync(StreamReader reader)
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                lock (_lines)
                {
                    _lines.Add(line);
                    _more.SetResult();
                    _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }
            }
        }
    }
}
