namespace RedisChat.ConsoleHost;

/// <summary>Inspects the servers' configuration, and prints the findings that matter to a chat, worst first.</summary>
internal sealed class Doctor(IServerInspection servers, Printer printer)
{
    /// <summary>No problem was found.</summary>
    public const int Healthy = 0;

    /// <summary>A problem was found, or the program did not start.</summary>
    public const int Ill = 1;

    /// <summary>No server answers.</summary>
    public const int Unreachable = 2;

    private const int Width = 100;

    // For a busy machine, on which even the embedded server may take seconds.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Inspects and prints; returns the exit code.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        ServerInspection inspection;
        try
        {
            inspection = await servers.InspectServerAsync(Patience, cancellationToken);
        }
        catch (ChatException e)
        {
            printer.Error(Explanation.Of(e));
            return e is ChatUnavailableException ? Unreachable : Ill;
        }

        foreach (var group in inspection.Findings.GroupBy(finding => finding.Server))
        {
            Print(group.Key is { } endPoint ? Title(inspection.Servers.First(server => server.EndPoint == endPoint)) : "All servers together", group);
        }

        foreach (var server in inspection.Servers.Where(server => inspection.Findings.All(finding => finding.Server != server.EndPoint)))
        {
            Print(Title(server), []);
        }

        printer.Report(
            $"Problems: {Count(ServerFindingSeverity.Problem)}, warnings: {Count(ServerFindingSeverity.Warning)}, notes: {Count(ServerFindingSeverity.Information)}.");
        return inspection.HasProblem ? Ill : Healthy;

        int Count(ServerFindingSeverity severity) => inspection.Findings.Count(finding => finding.Severity == severity);
    }

    private static string Title(InspectedServer server) => string.Join(", ", new[]
    {
        server.EndPoint,
        server.Version,
        server.Role switch { ServerRole.Primary => "primary", ServerRole.Replica => "replica", _ => null },
    }.OfType<string>());

    private void Print(string title, IEnumerable<ServerFinding> findings)
    {
        printer.Report(title);
        foreach (var finding in findings)
        {
            printer.Report($"  {Name(finding.Severity)} {finding.Code}", finding.Severity);
            PrintWrapped(finding.What);
            PrintWrapped(finding.Why);

            // Commands and settings are meant to be copied, so they are not wrapped.
            PrintCopied("run:", finding.Command);
            PrintCopied("redis.conf:", finding.Setting);
            PrintWrapped(finding.Advice ?? "");
        }

        printer.Report("");
    }

    private void PrintCopied(string label, string? text)
    {
        if (text is not null)
        {
            printer.Report($"      {label,-11} {text}");
        }
    }

    private void PrintWrapped(string text)
    {
        const string Indent = "    ";
        var line = Indent;
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > Indent.Length && line.Length + 1 + word.Length > Width)
            {
                printer.Report(line);
                line = Indent;
            }

            line += line.Length > Indent.Length ? $" {word}" : word;
        }

        if (line.Length > Indent.Length)
        {
            printer.Report(line);
        }
    }

    private static string Name(ServerFindingSeverity severity) => severity switch
    {
        ServerFindingSeverity.Problem => "PROBLEM",
        ServerFindingSeverity.Warning => "warning",
        _ => "note",
    };
}
