using System.Diagnostics;
using RedisChat.IntegrationTests.Sample;

namespace RedisChat.IntegrationTests.CommandLine;

/// <summary>The redischat command in its own process, with redirected input and output.</summary>
internal static class ToolProcess
{
    private const string Assembly = "RedisChat.Tool.dll";

    public const int Interrupt = 2;
    public const int Terminate = 15;

    /// <summary>Starts it with the arguments alone.</summary>
    public static ConsoleProcess Start(params string[] arguments) => StartWith([], arguments);

    /// <summary>Starts it with variables in its environment. Of its own variables, it gets no others.</summary>
    public static ConsoleProcess StartWith(IEnumerable<KeyValuePair<string, string>> environment, params string[] arguments) =>
        ConsoleProcess.StartProgram(Assembly, arguments, Own(environment));

    /// <summary>How it is started, for a test that reads its output itself.</summary>
    public static ProcessStartInfo Describe(IEnumerable<KeyValuePair<string, string>> environment, params string[] arguments) =>
        ConsoleProcess.Describe(Assembly, arguments, Own(environment));

    /// <summary>Runs it until it exits.</summary>
    public static Task<ConsoleRun> RunAsync(params string[] arguments) => RunWithAsync([], [], arguments);

    /// <summary>Runs it on these lines until it exits.</summary>
    public static async Task<ConsoleRun> RunWithAsync(IEnumerable<KeyValuePair<string, string>> environment, IEnumerable<string> lines, params string[] arguments)
    {
        await using var process = StartWith(environment, arguments);
        foreach (var line in lines)
        {
            await process.TypeAsync(line);
        }

        return await process.LeaveAsync();
    }

    private static IEnumerable<KeyValuePair<string, string>> Own(IEnumerable<KeyValuePair<string, string>> environment) =>
        [new("REDISCHAT_REDIS", ""), new("REDISCHAT_REDIS_PASSWORD", ""), new("REDISCHAT_SOURCE", ""), new("REDISCHAT_SOURCE_PASSWORD", ""), new("REDISCHAT_ARCHIVE_POSTGRESQL", ""), .. environment];
}
