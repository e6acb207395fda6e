namespace RedisChat.IntegrationTests.Faults;

/// <summary>What one run of a fault came to.</summary>
/// <param name="Fault">The fault's name.</param>
/// <param name="MayLose">What it may take with it.</param>
/// <param name="Findings">What the check found.</param>
/// <param name="SendsRecovered">From the fault's end until each room had an acknowledged send.</param>
/// <param name="WatchersRecovered">From the fault's end until each watcher was told a message.</param>
/// <param name="Promised">Within what time both are promised.</param>
/// <param name="Logs">Where the logs are, if anything is wrong.</param>
internal sealed record FaultResult(
    string Fault, Loss MayLose, HistoryFindings Findings, TimeSpan SendsRecovered, TimeSpan WatchersRecovered, TimeSpan Promised, string Logs)
{
    /// <summary>What must not be.</summary>
    public IEnumerable<Violation> Violations => Findings.Violations.Where(violation => violation.Kind switch
    {
        ViolationKind.Lost => MayLose < Loss.Acknowledged,
        ViolationKind.Undone => MayLose < Loss.Unacknowledged,
        _ => true,
    });
}
