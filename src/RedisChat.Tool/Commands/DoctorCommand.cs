namespace RedisChat.Tool.Commands;

/// <summary>Inspects the servers' configuration, and prints the findings that matter to a chat, worst first.</summary>
internal sealed class DoctorCommand() : ToolCommand("doctor", "Checks how the servers are set up, and says how to fix what is wrong. Exits with 1 if there is a problem.")
{
    private const int Width = 100;

    // For a busy machine, on which a server may take seconds to answer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public override async Task<int> RunAsync(ToolContext context, CancellationToken cancellationToken)
    {
        await using var chat = context.Connect();
        var inspection = await ((IServerInspection)chat.Store).InspectServerAsync(Patience, cancellationToken);
        if (context.IsJson)
        {
            context.Output.Json(inspection, ChatJsonContext.Default.ServerInspection);
        }
        else
        {
            Print(context.Output, inspection);
        }

        return inspection.HasProblem ? ExitCode.Refused : ExitCode.Done;
    }

    private static void Print(ToolOutput output, ServerInspection inspection)
    {
        foreach (var group in inspection.Findings.GroupBy(finding => finding.Server))
        {
            Print(output, group.Key is { } endPoint ? Title(inspection.Servers.First(server => server.EndPoint == endPoint)) : "All servers together", group);
        }

        foreach (var server in inspection.Servers.Where(server => inspection.Findings.All(finding => finding.Server != server.EndPoint)))
        {
            Print(output, Title(server), []);
        }

        output.Line($"Problems: {Count(ServerFindingSeverity.Problem)}, warnings: {Count(ServerFindingSeverity.Warning)}, notes: {Count(ServerFindingSeverity.Information)}.");

        int Count(ServerFindingSeverity severity) => inspection.Findings.Count(finding => finding.Severity == severity);
    }

    private static string Title(InspectedServer server) => string.Join(", ", new[]
    {
        server.EndPoint,
        server.Version,
        server.Role switch { ServerRole.Primary => "primary", ServerRole.Replica => "replica", _ => null },
    }.OfType<string>());

    private static void Print(ToolOutput output, string title, IEnumerable<ServerFinding> findings)
    {
        output.Line(title);
        foreach (var finding in findings)
        {
            var (name, tone) = finding.Severity switch
            {
                ServerFindingSeverity.Problem => ("PROBLEM", Tone.Bad),
                ServerFindingSeverity.Warning => ("warning", Tone.Warning),
                _ => ("note", Tone.Plain),
            };
            output.Line($"  {name} {finding.Code}", tone);
            PrintWrapped(output, finding.What);
            PrintWrapped(output, finding.Why);

            // Commands and settings are meant to be copied, so they are not wrapped.
            PrintCopied(output, "run:", finding.Command);
            PrintCopied(output, "redis.conf:", finding.Setting);
            PrintWrapped(output, finding.Advice ?? "");
        }

        output.Line("");
    }

    private static void PrintCopied(ToolOutput output, string label, string? text)
    {
        if (text is not null)
        {
            output.Line($"      {label,-11} {text}");
        }
    }

    private static void PrintWrapped(ToolOutput output, string text)
    {
        const string Indent = "    ";
        var line = Indent;
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > Indent.Length && line.Length + 1 + word.Length > Width)
            {
                output.Line(line);
                line = Indent;
            }

            line += line.Length > Indent.Length ? $" {word}" : word;
        }

        if (line.Length > Indent.Length)
        {
            output.Line(line);
        }
    }
}
