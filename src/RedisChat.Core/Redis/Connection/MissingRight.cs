using System.Text.RegularExpressions;

namespace RedisChat.Redis;

/// <summary>The access right that a server's refusal is about.</summary>
/// <param name="Kind">What the user may not use.</param>
/// <param name="Command">The command, where the server names it: not from within a script of Redis 7.0.</param>
internal sealed partial record MissingRight(MissingRightKind Kind, string? Command)
{
    /// <summary>What the server says a right is missing for; <see langword="null"/> if its refusal is about something else.</summary>
    public static MissingRight? From(Exception error) => From(error.Message);

    /// <inheritdoc cref="From(Exception)"/>
    public static MissingRight? From(string message)
    {
        if (!message.StartsWith("NOPERM", StringComparison.Ordinal)

            // From within a script, NOPERM has no code of its own: the first is of Redis 7.0, the second of Redis 7.2 and Valkey.
            && !message.Contains("The user executing the script can't", StringComparison.Ordinal)
            && !message.Contains("ACL failure in script", StringComparison.Ordinal))
        {
            return null;
        }

        // A key or a channel that is quoted in the message may contain any word, but these stand before it.
        return KeyOrChannel().Match(message) is { Success: true } access
            ? new MissingRight(access.Groups[1].Value == "key" ? MissingRightKind.Key : MissingRightKind.Channel, null)
            : new MissingRight(MissingRightKind.Command, QuotedCommand().Match(message) is { Success: true } command ? command.Groups[1].Value : null);
    }

    [GeneratedRegex(@"\b(?:access|publish to) .*?\b(key|channel)")]
    private static partial Regex KeyOrChannel();

    [GeneratedRegex(@"the '([a-z|]+)' command")]
    private static partial Regex QuotedCommand();
}
