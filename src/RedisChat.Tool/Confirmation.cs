using System.CommandLine;

namespace RedisChat.Tool;

/// <summary>Asks before a command does what cannot be undone: an id has to be typed. Without a terminal, the option that answers in advance is required.</summary>
/// <param name="Question">What the command does, and what to type.</param>
/// <param name="Unattended">The error without a terminal and without the option.</param>
/// <param name="Mistyped">The error if something else was typed.</param>
internal sealed record Confirmation(string Question, string Unattended, string Mistyped)
{
    /// <summary>Asks, unless the option was given.</summary>
    /// <param name="context">The run of the command.</param>
    /// <param name="yes">The option.</param>
    /// <param name="expected">What has to be typed.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ToolException">Nobody has confirmed it.</exception>
    public async Task AskAsync(ToolContext context, Option<bool> yes, string expected, CancellationToken cancellationToken)
    {
        if (context.Get(yes))
        {
            return;
        }

        if (Console.IsInputRedirected)
        {
            throw new ToolException(Unattended);
        }

        context.Output.Note(Question);
        if (await Task.Run(Console.ReadLine, cancellationToken).WaitAsync(cancellationToken) != expected)
        {
            throw new ToolException(Mistyped);
        }
    }
}
