namespace RedisChat;

/// <summary>Something about a server that matters to a chat, and what fixes it.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Code">What kind of finding it is: one of <see cref="ServerFindingCodes"/>.</param>
/// <param name="What">What was found.</param>
/// <param name="Why">Why it matters to a chat.</param>
public sealed record ServerFinding(ServerFindingSeverity Severity, string Code, string What, string Why)
{
    /// <summary>The end point of the server it is about; <see langword="null"/> if it is about several together.</summary>
    public string? Server { get; init; }

    /// <summary>
    /// The command that fixes it, as typed into <c>redis-cli</c> by an administrator; <see langword="null"/> if none does. A
    /// <c>CONFIG SET</c> lasts until the server restarts: see <see cref="Setting"/>.
    /// </summary>
    public string? Command { get; init; }

    /// <summary>
    /// The line for <c>redis.conf</c>, or the parameter of a managed server, that fixes it for good; <see langword="null"/> if it is no
    /// setting.
    /// </summary>
    public string? Setting { get; init; }

    /// <summary>What to do where no command does it, or besides; <see langword="null"/> if the command says it all.</summary>
    public string? Advice { get; init; }

    /// <summary>The same, fixed by a setting.</summary>
    internal ServerFinding FixedBySetting(string name, string value) => this with
    {
        Command = $"CONFIG SET {name} {(value.Contains(' ', StringComparison.Ordinal) ? $"\"{value}\"" : value)}",
        Setting = $"{name} {value}",
    };
}
