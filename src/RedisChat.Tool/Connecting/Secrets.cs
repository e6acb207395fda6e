namespace RedisChat.Tool.Connecting;

/// <summary>Recognizes texts that must not be repeated.</summary>
internal static class Secrets
{
    /// <summary>Whether a text may contain a password: an option of that name, or a URI with a user.</summary>
    public static bool MayBeIn(string text) =>
        Names(text, "password") || Names(text, "pwd=") || Names(text, "psw=") || (text.Contains("://", StringComparison.Ordinal) && text.Contains('@', StringComparison.Ordinal));

    private static bool Names(string text, string option) => text.Contains(option, StringComparison.OrdinalIgnoreCase);
}
