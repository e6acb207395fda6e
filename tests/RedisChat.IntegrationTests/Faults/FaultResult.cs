namespace RedisChat.IntegrationTests.Faults;

/// <summary>What one run of a fault came to.</summary>
/// <param name="Fault">The fault's name.</param>
/// <param name="MayLose">What it may take with it.</param>
/// <param name="Findings">What the check found.</param>
/// <param name="SendsSilent">The longest that a room was without an acknowledged send, after the fault.</param>
/// <param name="WatchersSilent">The longest that a watcher was told no message, after the fault.</param>
/// <param name="Promised">How long both may be at most.</param>
/// <param name="Logs">Where the logs are, if anything is wrong.</param>
internal sealed record FaultResult(
    string Fault, Loss MayLose, HistoryFindings Findings, TimeSpan SendsSilent, TimeSpan WatchersSilent, TimeSpan Promised, string Logs)
{
    /// <summary>What must not be.</summary>
    public IEnumerable<Violation> Violations => Findings.Violations.Where(violation => violation.Kind switch
    {
        ViolationKind.Lost => MayLose < Loss.Acknowledged,
        ViolationKind.Undone => MayLose < Loss.Unacknowledged,
        _ => true,
    });
}
