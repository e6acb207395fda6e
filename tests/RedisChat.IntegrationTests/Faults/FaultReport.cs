using System.Globalization;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>Gathers the results of a test class's runs, and prints them in the end as rows of the table in docs/guarantees.md.</summary>
public sealed class FaultReport : IDisposable
{
    private readonly List<FaultResult> _results = [];

    internal void Add(FaultResult result)
    {
        lock (_results)
        {
            _results.Add(result);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(Row(result.Fault, [result]));
    }

    public void Dispose()
    {
        foreach (var fault in _results.GroupBy(result => result.Fault))
        {
            Console.WriteLine(Row(fault.Key, [.. fault]));
        }
    }

    private static string Row(string fault, IReadOnlyList<FaultResult> runs)
    {
        var first = runs[0];
        string[] cells =
        [
            fault,
            $"{(first.MayLose ? "loss told as gap" : "nothing lost")}; {Seconds(first.Promised)}",
            Sum(run => run.Findings.Sends),
            Sum(run => run.Findings.Acknowledged),
            Sum(run => run.Findings.Ambiguous),
            Sum(run => run.Findings.Refused),
            Sum(run => run.Findings.Count(ViolationKind.Lost)),
            Sum(run => run.Findings.Count(ViolationKind.Doubled)),
            Sum(run => run.Findings.Count(ViolationKind.Reordered)),
            Sum(run => run.Findings.Gaps),
            Sum(run => run.Violations.Count(violation => violation.Kind is not (ViolationKind.Lost or ViolationKind.Doubled or ViolationKind.Reordered))),
            $"{Seconds(runs.Max(run => run.SendsRecovered))} / {Seconds(runs.Max(run => run.WatchersRecovered))}",
        ];
        return $"| {string.Join(" | ", cells)} |";

        string Sum(Func<FaultResult, int> count) => runs.Sum(count).ToString("N0", CultureInfo.InvariantCulture);
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.0## 's'", CultureInfo.InvariantCulture);
}
