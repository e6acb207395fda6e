namespace RedisChat;

/// <summary>How the servers of a chat are set up: see <see cref="IServerInspection"/>.</summary>
/// <param name="Servers">The servers that the connection knows of.</param>
/// <param name="Findings">What was found, the worst first.</param>
public sealed record ServerInspection(IReadOnlyList<InspectedServer> Servers, IReadOnlyList<ServerFinding> Findings)
{
    /// <summary>Whether anything found loses messages or stops the chat, now or at the next fault.</summary>
    public bool HasProblem => Findings.Any(finding => finding.Severity == ServerFindingSeverity.Problem);
}
