using System.Text;

namespace RedisChat.Tool.Connecting;

/// <summary>Gets the password from where nobody else sees it: a file, the terminal or the environment, in this order.</summary>
internal static class PasswordReader
{
    private const int MostBytes = 64 * 1024;

    /// <summary>The password; <see langword="null"/> if none of these has one.</summary>
    /// <param name="file">The file to read it from, if any.</param>
    /// <param name="ask">Whether to ask for it.</param>
    /// <param name="variable">The value of the environment variable, if it is set.</param>
    /// <param name="cancellationToken">Stops waiting for one that is typed.</param>
    /// <exception cref="ToolException">The file or the terminal cannot be read.</exception>
    public static string? Read(string? file, bool ask, string? variable, CancellationToken cancellationToken) =>
        file is not null ? FromFile(file)
        : ask ? FromTerminal(cancellationToken)
        : string.IsNullOrEmpty(variable) ? null : variable;

    private static string FromFile(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var content = new byte[MostBytes];
            var length = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            var text = Encoding.UTF8.GetString(content, 0, length).TrimStart('\uFEFF');
            var line = text.Split('\n', 2)[0].TrimEnd('\r');
            return line.Length > 0 ? line : throw new ToolException("--password-file: the first line of the file is empty. It must be the password.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ToolException($"--password-file: the file cannot be read: {e.Message}", e);
        }
    }

    private static string FromTerminal(CancellationToken cancellationToken)
    {
        if (Console.IsInputRedirected)
        {
            throw new ToolException("--ask-password needs a terminal. Use --password-file, or the environment variable REDISCHAT_REDIS_PASSWORD.");
        }

        // Switches the echo off, so that nothing is shown that is typed right after the prompt.
        _ = Console.KeyAvailable;
        Console.Error.Write("Password: ");
        return Task.Run(ReadKeys, cancellationToken).WaitAsync(cancellationToken).GetAwaiter().GetResult();
    }

    private static string ReadKeys()
    {
        var password = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            switch (key.Key)
            {
                case ConsoleKey.Enter:
                    Console.Error.WriteLine();
                    return password.ToString();
                case ConsoleKey.Backspace:
                    password.Length = Math.Max(0, password.Length - 1);
                    break;
                default:
                    if (key.KeyChar != '\0')
                    {
                        password.Append(key.KeyChar);
                    }

                    break;
            }
        }
    }
}
