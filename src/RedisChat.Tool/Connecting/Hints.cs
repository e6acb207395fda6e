namespace RedisChat.Tool.Connecting;

/// <summary>Says with which option of the tool an error of the library is avoided, which names methods for programs.</summary>
internal static class Hints
{
    /// <summary>Whether master keys are missing.</summary>
    public static bool NeedsKeys(Exception error) => error.Message.Contains("AddEncryption", StringComparison.Ordinal);

    /// <summary>The error in one line, with the option.</summary>
    public static string Explain(Exception error)
    {
        var text = Terminal.Explanation.Of(error);
        return NeedsKeys(error) ? $"{text} With redischat: --keys FILE."
            : error.Message.Contains("AddFileArchive", StringComparison.Ordinal) ? $"{text} With redischat: --archive DIRECTORY."
            : text;
    }
}
