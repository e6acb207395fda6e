namespace RedisChat;

/// <summary>A fact about a server that matters to a chat, and how to fix it.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Code">The kind of finding: one of <see cref="ServerFindingCodes"/>.</param>
/// <param name="What">What was found.</param>
/// <param name="Why">Why it matters to a chat.</param>
public sealed record ServerFinding(ServerFindingSeverity Severity, string Code, string What, string Why)
{
    /// <summary>The end point of the server concerned; <see langword="null"/> if the finding concerns several servers together.</summary>
    public string? Server { get; init; }

    /// <summary>
    /// The command that fixes it, as an administrator types it into <c>redis-cli</c>; <see langword="null"/> if no command does. A
    /// <c>CONFIG SET</c> lasts until the server restarts: see <see cref="Setting"/>.
    /// </summary>
    public string? Command { get; init; }

    /// <summary>
    /// The line for <c>redis.conf</c>, or the parameter of a managed server, that fixes it permanently; <see langword="null"/> if no setting does.
    /// </summary>
    public string? Setting { get; init; }

    /// <summary>What to do instead of the command, or in addition to it; <see langword="null"/> if the command is enough.</summary>
    public string? Advice { get; init; }

    /// <summary>The same finding, with a setting as its fix.</summary>
    internal ServerFinding FixedBySetting(string name, string value) => this with
    {
        Command = $"CONFIG SET {name} {(value.Contains(' ', StringComparison.Ordinal) ? $"\"{value}\"" : value)}",
        Setting = $"{name} {value}",
    };
}
