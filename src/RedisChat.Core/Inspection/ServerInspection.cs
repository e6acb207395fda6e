namespace RedisChat;

/// <summary>How the servers of a chat are set up: see <see cref="IServerInspection"/>.</summary>
/// <param name="Servers">The servers that the connection knows.</param>
/// <param name="Findings">The findings, the most severe first.</param>
public sealed record ServerInspection(IReadOnlyList<InspectedServer> Servers, IReadOnlyList<ServerFinding> Findings)
{
    /// <summary>Whether any finding means that messages are lost or the chat stops, now or at the next fault.</summary>
    public bool HasProblem => Findings.Any(finding => finding.Severity == ServerFindingSeverity.Problem);
}
