using System.Globalization;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>Gathers the results of a test class's runs, and prints them at the end as rows of the table in docs/guarantees.md.</summary>
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
        if (!FaultSelection.IsAskedFor || _results.Count == 0)
        {
            return;
        }

        Console.WriteLine("| fault | promise | sends | acknowledged | ambiguous | refused | lost | undone | doubled | reordered | other violations | gaps | no send / no event for |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var fault in _results.GroupBy(result => result.Fault))
        {
            Console.WriteLine(Row(fault.Key, [.. fault]));
        }
    }

    private static string Row(string fault, IReadOnlyList<FaultResult> runs)
    {
        string[] cells =
        [
            fault,
            $"{Promise(runs[0])}; {Seconds(runs[0].Promised)}",
            Sum(run => run.Findings.Sends),
            Sum(run => run.Findings.Acknowledged),
            Sum(run => run.Findings.Ambiguous),
            Sum(run => run.Findings.Refused),
            Count(ViolationKind.Lost),
            Count(ViolationKind.Undone),
            Count(ViolationKind.Doubled),
            Count(ViolationKind.Reordered),
            Sum(run => run.Violations.Count(violation => violation.Kind is not (ViolationKind.Lost or ViolationKind.Undone or ViolationKind.Doubled or ViolationKind.Reordered))),
            Sum(run => run.Findings.Gaps),
            $"{Seconds(runs.Max(run => run.SendsSilent))} / {Seconds(runs.Max(run => run.WatchersSilent))}",
        ];
        return $"| {string.Join(" | ", cells)} |";

        string Count(ViolationKind kind) => Sum(run => run.Findings.Count(kind));

        string Sum(Func<FaultResult, int> count) => runs.Sum(count).ToString("N0", CultureInfo.InvariantCulture);
    }

    private static string Promise(FaultResult run) => run.MayLose switch
    {
        Loss.Nothing => "nothing lost",
        Loss.Unacknowledged => "nothing lost that was acknowledged",
        _ => "loss reported as gap",
    };

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.0## 's'", CultureInfo.InvariantCulture);
}
