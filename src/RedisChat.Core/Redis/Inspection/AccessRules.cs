using static RedisChat.ServerFindingSeverity;

namespace RedisChat.Redis;

/// <summary>Checks which user the connection runs as, and what the server did not let it see.</summary>
internal static class AccessRules
{
    // A rule cannot give an answer if one of these was requested but is missing from the reply.
    private static readonly string[] NeededFields = ["role", "maxmemory_policy", "maxmemory", "used_memory", "aof_enabled"];

    public static IEnumerable<ServerFinding> Find(ServerFacts server, ClientSetup client) =>
        [.. User(server, client), .. Missing(server, client), .. Refused(server, client), .. Unreported(server)];

    private static IEnumerable<ServerFinding> User(ServerFacts server, ClientSetup client)
    {
        if (client.User is { } configured && server.User is { } actual && actual != configured)
        {
            yield return new ServerFinding(
                Problem, ServerFindingCodes.OtherUser,
                $"The connection is configured for the user {configured}, but runs as {actual}.",
                $"The rights of {configured} do not apply, and anyone who can reach the server has the rights of {actual}.")
            {
                Advice = $"Check the user name and password, and that the user is on. If {actual} has a password, a wrong one is rejected.",
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
            "Every operation that needs it fails: sends, for example, or the sealing of old messages.")
        {
            Command = $"ACL SETUSER {server.User ?? client.User ?? "default"} {right}",
            Advice = "docs/operations.md has a command that grants every right the chat needs.",
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

            var why = $"It shows {ShownBy(command)}.";
            yield return refusal.By switch
            {
                RefusedBy.Rights => new ServerFinding(
                    severity, ServerFindingCodes.NotAllowed, $"The user may not run {command}: the right {right} is missing.", why)
                {
                    Command = $"ACL SETUSER {server.User ?? client.User ?? "default"} {right}",
                    Advice = "Or inspect with an administrator's configuration.",
                },
                RefusedBy.Client => new ServerFinding(
                    severity, ServerFindingCodes.NotAllowed, $"The application's connection does not run {command}: {refusal.Words}", why)
                {
                    Advice = "Create it with allowAdmin=true, or inspect through a store that creates its own connection.",
                },
                _ => new ServerFinding(
                    severity, ServerFindingCodes.NotReported, $"The server does not answer {command}: {refusal.Words}", why)
                {
                    Advice = "Check in the server's administration console.",
                },
            };
        }
    }

    private static string ShownBy(string command) => command switch
    {
        ServerReader.Info => "version, role, memory, persistence and replicas",
        ServerReader.ConfigGet => "how often the disk is written, whether there are snapshots, and the limits of buffers and hashes",
        ServerReader.WhoAmI => "whether the connection runs as the configured user",
        ServerReader.Time => "whether the server's clock is right",
        _ => "whether the cluster serves all of its slots",
    };

    private static IEnumerable<ServerFinding> Unreported(ServerFacts server)
    {
        var unreported = new List<string>();
        if (!server.Refused.ContainsKey(ServerReader.Info))
        {
            unreported.AddRange(NeededFields.Where(field => server.Info[field] is null).Select(field => $"{field} (INFO)"));
        }

        if (!server.Refused.ContainsKey(ServerReader.ConfigGet))
        {
            unreported.AddRange(ServerReader.Settings.Where(name => server.Setting(name) is null && !HasOldName(server, name)));
        }

        if (unreported.Count > 0)
        {
            yield return new ServerFinding(
                Information, ServerFindingCodes.NotReported,
                $"The server does not report {string.Join(", ", unreported)}.",
                "The checks that depend on these were skipped.")
            { Advice = "Check in the server's administration console." };
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
