using System.Diagnostics;
using System.Globalization;
using Xunit.Sdk;

namespace RedisChat.IntegrationTests.Hostile;

/// <summary>
/// Runs a test with seeds from 1 on until its time is up. A failure names its seed.
/// <c>REDISCHAT_FUZZ_SECONDS</c> is the time of each test (2 unless given; 0 for one seed only), <c>REDISCHAT_FUZZ_SEED</c> the first seed.
/// </summary>
internal static class Fuzz
{
    private static readonly int Seconds = FromEnvironment("REDISCHAT_FUZZ_SECONDS", 2);
    private static readonly int FirstSeed = FromEnvironment("REDISCHAT_FUZZ_SEED", 1);

    // Far more than a case takes on a slow machine: only an endless case takes longer.
    private static readonly TimeSpan LongestCase = TimeSpan.FromMinutes(2);

    public static async Task RunAsync(Func<Random, Task> test)
    {
        var clock = Stopwatch.StartNew();
        var seed = FirstSeed;
        do
        {
            try
            {
                await Task.Run(() => test(new Random(seed))).WaitAsync(LongestCase);
            }
            catch (Exception e)
            {
                throw new XunitException($"With REDISCHAT_FUZZ_SEED={seed}: {e.Message}", e);
            }

            seed++;
        }
        while (clock.Elapsed.TotalSeconds < Seconds && !TestContext.Current.CancellationToken.IsCancellationRequested);

        TestContext.Current.TestOutputHelper?.WriteLine($"{seed - FirstSeed} cases in {clock.Elapsed.TotalSeconds:f1} s.");
    }

    private static int FromEnvironment(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? int.Parse(value, CultureInfo.InvariantCulture) : otherwise;
}
