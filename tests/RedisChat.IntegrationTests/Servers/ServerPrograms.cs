using System.Diagnostics;

namespace RedisChat.IntegrationTests;

/// <summary>Finds server programs with abilities that not all of them have.</summary>
internal static class ServerPrograms
{
    private static readonly Lazy<string?> FirstWithWaitAof =
        new(() => new[] { "valkey-server", "redis-server" }.FirstOrDefault(program => ChildProcess.Exists(program) && VersionOf(program) >= new Version(7, 2)));

    /// <summary>A program that knows <c>WAITAOF</c>: Valkey, or Redis 7.2 or later. Skips the test if there is none; on a build server it fails.</summary>
    public static string NeedWaitAof()
    {
        const string Missing = "It needs WAITAOF, and there is no valkey-server and no redis-server of 7.2 or later on the PATH.";
        if (FirstWithWaitAof.Value is null)
        {
            Assert.SkipWhen(Environment.GetEnvironmentVariable("REDISCHAT_TEST_WITHOUT_WAITAOF") is not null, Missing);
            TestServer.SkipOrFail(Missing);
        }

        return FirstWithWaitAof.Value;
    }

    /// <summary>Returns the program, which is Valkey's. Skips the test if it is not installed; on a build server, which installs it with the programs for <c>WAITAOF</c>, it fails.</summary>
    public static string NeedValkey(string program)
    {
        var missing = $"There is no {program} on the PATH.";
        if (!ChildProcess.Exists(program))
        {
            Assert.SkipWhen(Environment.GetEnvironmentVariable("REDISCHAT_TEST_WITHOUT_WAITAOF") is not null, missing);
            TestServer.SkipOrFail(missing);
        }

        return program;
    }

    /// <summary>From "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=20bb6c8ad3a5cb37".</summary>
    private static Version VersionOf(string program)
    {
        using var process = Process.Start(new ProcessStartInfo(program, "--version") { RedirectStandardOutput = true })!;
        var version = process.StandardOutput.ReadToEnd().Split(' ').First(word => word.StartsWith("v=", StringComparison.Ordinal));
        return Version.Parse(version[2..]);
    }
}
