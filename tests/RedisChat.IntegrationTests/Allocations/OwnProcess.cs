using System.Diagnostics;

namespace RedisChat.IntegrationTests.Allocations;

/// <summary>Runs a test alone in a process, for figures that exist only per process.</summary>
internal static class OwnProcess
{
    private const string Mark = "REDISCHAT_TEST_IN_OWN_PROCESS";

    /// <summary>Runs the test here if this is that process, otherwise in a new one.</summary>
    public static Task RunAsync(TestServer server, Func<Task> test)
    {
        server.NeedRedis("Garnet runs in the process of the tests, so what it does would be counted.");
        return Environment.GetEnvironmentVariable(Mark) is null ? StartAsync() : test();
    }

    private static async Task StartAsync()
    {
        var program = Path.Combine(AppContext.BaseDirectory, typeof(OwnProcess).Assembly.GetName().Name!);
        var test = TestContext.Current.TestMethod!;
        var start = new ProcessStartInfo(OperatingSystem.IsWindows() ? program + ".exe" : program)
        {
            ArgumentList = { "-noColor", "-showLiveOutput", "-method", $"{test.TestClass.TestClassName}.{test.MethodName}" },
            RedirectStandardOutput = true,
        };
        start.Environment[Mark] = "1";
        using var process = Process.Start(start)!;
        string output;
        try
        {
            output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        TestContext.Current.TestOutputHelper?.WriteLine(output);
        output.Should().Contain("Total: 1, Errors: 0, Failed: 0, Skipped: 0, Not Run: 0");
        process.ExitCode.Should().Be(0);
    }
}
