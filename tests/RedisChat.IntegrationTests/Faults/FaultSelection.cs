using System.Globalization;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>
/// The faults to run: a short selection, each once; or the faults that <c>REDISCHAT_FAULTS</c> selects (<c>all</c>, or a part of their names),
/// each several times with each of the seeds in <c>REDISCHAT_FAULT_SEEDS</c> (<c>1,2,3</c>).
/// </summary>
internal static class FaultSelection
{
    private const int TimesWhenAskedFor = 3;

    private static readonly string? Asked = Environment.GetEnvironmentVariable("REDISCHAT_FAULTS");
    private static readonly string Seeds = Environment.GetEnvironmentVariable("REDISCHAT_FAULT_SEEDS") ?? "1,2,3";

    /// <summary>Whether this is the long run, whose results go into docs/guarantees.md.</summary>
    public static bool IsAskedFor => Asked is not null;

    /// <summary>The names and seeds to run.</summary>
    /// <param name="all">Every fault.</param>
    /// <param name="selected">The faults of an ordinary run.</param>
    public static TheoryData<string, int> Of(IEnumerable<string> all, params string[] selected)
    {
#if NET8_0
        // The outcome of a fault hardly depends on the runtime.
        selected = selected[..1];
#endif
        var rows = new TheoryData<string, int>();
        foreach (var fault in Asked is null ? selected : all.Where(fault => Asked == "all" || fault.Contains(Asked, StringComparison.Ordinal)))
        {
            foreach (var seed in (Asked is null ? "1" : Seeds).Split(','))
            {
                rows.Add(fault, int.Parse(seed, CultureInfo.InvariantCulture));
            }
        }

        return rows;
    }

    /// <summary>Runs a fault and checks that the promises were kept.</summary>
    public static async Task CheckAsync<T>(Fault<T> fault, int seed, FaultReport report)
        where T : IDeployment
    {
        var result = await FaultRun.RunAsync(fault, seed, IsAskedFor ? TimesWhenAskedFor : 1);
        report.Add(result);
        Assert.True(!result.Violations.Any(), Describe(result));
        if (fault.MayLose == Loss.Nothing)
        {
            result.Findings.Gaps.Should().Be(0, "nothing was lost");
        }
    }

    private static string Describe(FaultResult result) => string.Join('\n',
    [
        $"{result.Fault}: {string.Join(", ", result.Violations.GroupBy(violation => violation.Kind).Select(kind => $"{kind.Count()} {kind.Key}"))}. The logs are in {result.Logs}.",
        .. result.Violations.GroupBy(violation => violation.Kind).SelectMany(kind => kind.Take(5)).Select(violation => $"{violation}"[..Math.Min(600, $"{violation}".Length)]),
    ]);
}
