namespace RedisChat.Tool;

/// <summary>The exit codes of all commands.</summary>
internal static class ExitCode
{
    /// <summary>Done, and nothing was found that needs attention.</summary>
    public const int Done = 0;

    /// <summary>Something was found, such as a problem, or the command was refused: its arguments are not valid, there is no such room, a rule forbids it.</summary>
    public const int Refused = 1;

    /// <summary>No server answered in time. The same command can be tried again.</summary>
    public const int Unreachable = 2;

    /// <summary>Stopped by Ctrl+C (SIGINT). The same command continues; <c>send</c> with the options that it prints.</summary>
    public const int Interrupted = 130;

    /// <summary>The reader of the output is gone, as after <c>redischat … | head</c>.</summary>
    public const int OutputClosed = 141;

    /// <summary>Stopped by SIGTERM. The same command continues; <c>send</c> with the options that it prints.</summary>
    public const int Terminated = 143;
}
