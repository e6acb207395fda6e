namespace RedisChat.Tool.Connecting;

/// <summary>Says with which option of the tool an error of the library is avoided, which names methods for programs.</summary>
internal static class Hints
{
    private const string Inner = "The inner exception says why.";

    /// <summary>Whether master keys are missing.</summary>
    public static bool NeedsKeys(Exception error) => error.Message.Contains("AddEncryption", StringComparison.Ordinal);

    /// <summary>The error in one line, with the option.</summary>
    public static string Explain(Exception error)
    {
        var text = Terminal.Explanation.Of(error);
        return NeedsKeys(error) ? $"{text} With redischat: --keys FILE."
            : error.Message.Contains("AddFileArchive", StringComparison.Ordinal) ? $"{text} With redischat: --archive DIRECTORY, or --archive-postgresql CONFIG."
            : error is ChatArchiveException { InnerException: { } cause } ? $"{text.Replace(Inner, "The archive says:", StringComparison.Ordinal)} {cause.Message.Split('\n')[0]}"
            : text;
    }
}
