using System.CommandLine;

namespace RedisChat.Tool;

/// <summary>A command of the tool. It declares its arguments and options in its constructor, and is listed in <see cref="ToolCommands"/>.</summary>
/// <param name="name">Its name on the command line.</param>
/// <param name="description">One sentence for the help.</param>
internal abstract class ToolCommand(string name, string description) : Command(name, description)
{
    /// <summary>Carries it out. It may throw: <see cref="ToolProgram"/> turns errors into a line and an exit code.</summary>
    /// <param name="context">What was given on the command line, and where to write.</param>
    /// <param name="cancellationToken">Canceled by Ctrl+C and SIGTERM. What was done until then stays, and the same command continues.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public abstract Task<int> RunAsync(ToolContext context, CancellationToken cancellationToken);
}
