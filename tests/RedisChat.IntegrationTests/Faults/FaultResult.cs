namespace RedisChat.IntegrationTests.Faults;

/// <summary>The result of one run of a fault.</summary>
/// <param name="Fault">The fault's name.</param>
/// <param name="MayLose">The data that the fault may lose.</param>
/// <param name="Findings">The findings of the check.</param>
/// <param name="SendsSilent">The longest time after the fault that a room had no acknowledged send.</param>
/// <param name="WatchersSilent">The longest time after the fault that a watcher received no message.</param>
/// <param name="Promised">The upper bound of both.</param>
/// <param name="Logs">The directory of the logs, if anything is wrong.</param>
internal sealed record FaultResult(
    string Fault, Loss MayLose, HistoryFindings Findings, TimeSpan SendsSilent, TimeSpan WatchersSilent, TimeSpan Promised, string Logs)
{
    /// <summary>The violations that the fault does not excuse.</summary>
    public IEnumerable<Violation> Violations => Findings.Violations.Where(violation => violation.Kind switch
    {
        ViolationKind.Lost => MayLose < Loss.Acknowledged,
        ViolationKind.Undone => MayLose < Loss.Unacknowledged,
        _ => true,
    });
}
