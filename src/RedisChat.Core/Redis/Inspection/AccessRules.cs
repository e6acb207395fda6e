using static RedisChat.ServerFindingSeverity;

namespace RedisChat.Redis;

/// <summary>Whom the connection runs as, and what could not be seen.</summary>
internal static class AccessRules
{
    // Asked for and not told, these leave a rule without an answer.
    private static readonly string[] NeededFields = ["role", "maxmemory_policy", "maxmemory", "used_memory", "aof_enabled"];

    public static IEnumerable<ServerFinding> Find(ServerFacts server, ClientSetup client) =>
        [.. User(server, client), .. Missing(server, client), .. Refused(server, client), .. Untold(server)];

    private static IEnumerable<ServerFinding> User(ServerFacts server, ClientSetup client)
    {
        if (client.User is { } configured && server.User is { } actual && actual != configured)
        {
            yield return new ServerFinding(
                Problem, ServerFindingCodes.OtherUser,
                $"The connection is configured for the user {configured}, but runs as {actual}.",
                $"The rights of {configured} do not hold, and whatever {actual} may do, everyone who reaches the server may do.")
            {
                Advice = $"Check the user's name and password, and that the user is on. A password for {actual} makes a wrong one an error.",
            };
        }
    }

    private static IEnumerable<ServerFinding> Missing(ServerFacts server, ClientSetup client) =>
        server.MissingRights.Select(right => new ServerFinding(
            Problem, ServerFindingCodes.RightMissing,
            right[0] switch
            {
                '~' => $"The user may not access all keys of the chat: the pattern {right} is missing.",
                '&' => $"The user may not access all channels of the chat: the pattern {right} is missing.",
                _ => $"The user may not run {right[1..].ToUpperInvariant()}: the right {right} is missing.",
            },
            "What needs it fails, sends perhaps, or old messages are not sealed.")
        {
            Command = $"ACL SETUSER {server.User ?? client.User ?? "default"} {right}",
            Advice = "docs/operations.md has a line with all rights that the chat needs.",
        });

    private static IEnumerable<ServerFinding> Refused(ServerFacts server, ClientSetup client)
    {
        foreach (var (command, refusal) in server.Refused)
        {
            var severity = command == ServerReader.Info ? Warning : Information;
            var right = $"+{command.ToLowerInvariant().Replace(' ', '|')}";
            if (server.MissingRights.Contains(right))
            {
                continue;
            }

            var why = $"It would tell {Tells(command)}.";
            yield return refusal.By switch
            {
                RefusedBy.Rights => new ServerFinding(
                    severity, ServerFindingCodes.NotAllowed, $"The user may not run {command}: the right {right} is missing.", why)
                {
                    Command = $"ACL SETUSER {server.User ?? client.User ?? "default"} {right}",
                    Advice = "Or inspect with the configuration of an administrator.",
                },
                RefusedBy.Client => new ServerFinding(
                    severity, ServerFindingCodes.NotAllowed, $"The application's connection does not run {command}: {refusal.Words}", why)
                {
                    Advice = "Make it with allowAdmin=true, or inspect over a store that makes its own connection.",
                },
                _ => new ServerFinding(
                    severity, ServerFindingCodes.NotTold, $"The server does not answer {command}: {refusal.Words}", why)
                {
                    Advice = "Look where the server is administered.",
                },
            };
        }
    }

    private static string Tells(string command) => command switch
    {
        ServerReader.Info => "version, role, memory, persistence and replicas",
        ServerReader.ConfigGet => "how often the disk is written, whether there are snapshots, and the limits of buffers and hashes",
        ServerReader.WhoAmI => "whether the connection runs as the configured user",
        ServerReader.Time => "whether the server's clock is right",
        _ => "whether the cluster serves all of its slots",
    };

    private static IEnumerable<ServerFinding> Untold(ServerFacts server)
    {
        var untold = new List<string>();
        if (!server.Refused.ContainsKey(ServerReader.Info))
        {
            untold.AddRange(NeededFields.Where(field => server.Info[field] is null).Select(field => $"{field} (INFO)"));
        }

        if (!server.Refused.ContainsKey(ServerReader.ConfigGet))
        {
            untold.AddRange(ServerReader.Settings.Where(name => server.Setting(name) is null && !HasOldName(server, name)));
        }

        if (untold.Count > 0)
        {
            yield return new ServerFinding(
                Information, ServerFindingCodes.NotTold,
                $"The server does not tell {string.Join(", ", untold)}.",
                "What depends on these was not looked at.")
            { Advice = "Look where the server is administered." };
        }
    }

    private static bool HasOldName(ServerFacts server, string name) => name switch
    {
        BucketRules.OldValue or BucketRules.OldEntries => true,
        BucketRules.Value => server.Setting(BucketRules.OldValue) is not null,
        BucketRules.Entries => server.Setting(BucketRules.OldEntries) is not null,
        _ => false,
    };
}
