using System.Text.RegularExpressions;

namespace RedisChat.Redis;

/// <summary>The access right that a server's refusal is about.</summary>
/// <param name="Kind">What the user may not use.</param>
/// <param name="Command">The command, if the server names it. Redis 7.0 does not when the command runs in a script.</param>
internal sealed partial record MissingRight(MissingRightKind Kind, string? Command)
{
    /// <summary>The right that the server's refusal says is missing; <see langword="null"/> if the refusal has another reason.</summary>
    public static MissingRight? From(Exception error) => From(error.Message);

    /// <inheritdoc cref="From(Exception)"/>
    public static MissingRight? From(string message)
    {
        if (!message.StartsWith("NOPERM", StringComparison.Ordinal)

            // In a script's error, NOPERM is not the error code. The first text is Redis 7.0's, the second is that of Redis 7.2 and Valkey.
            && !message.Contains("The user executing the script can't", StringComparison.Ordinal)
            && !message.Contains("ACL failure in script", StringComparison.Ordinal))
        {
            return null;
        }

        // A quoted key or channel name may contain any word, but it comes after these words.
        return KeyOrChannel().Match(message) is { Success: true } access
            ? new MissingRight(access.Groups[1].Value == "key" ? MissingRightKind.Key : MissingRightKind.Channel, null)
            : new MissingRight(MissingRightKind.Command, QuotedCommand().Match(message) is { Success: true } command ? command.Groups[1].Value : null);
    }

    [GeneratedRegex(@"\b(?:access|publish to) .*?\b(key|channel)")]
    private static partial Regex KeyOrChannel();

    [GeneratedRegex(@"the '([a-z|]+)' command")]
    private static partial Regex QuotedCommand();
}
