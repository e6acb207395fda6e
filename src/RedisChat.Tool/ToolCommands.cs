using System.CommandLine;
using RedisChat.Tool.Commands;

namespace RedisChat.Tool;

/// <summary>All commands. A new one is a file in <c>Commands</c>, and a line here.</summary>
internal static class ToolCommands
{
    /// <summary>The syntax of the command line.</summary>
    /// <param name="output">Where commands write.</param>
    /// <param name="time">The clock.</param>
    public static RootCommand Create(ToolOutput output, TimeProvider time)
    {
        var root = new RootCommand("Operates a RedisChat chat. Name its servers with --redis, or in the environment variable REDISCHAT_REDIS.")
        {
            new DoctorCommand(),
            new RoomsCommand(),
            new ShowCommand(),
            new TailCommand(),
            new SendCommand(),
            new TrimCommand(),
            new DeleteRoomCommand(),
            new ArchiveCommand(),
            new KeysCommand(),
            new ExportCommand(),
            new ImportCommand(),
            new VerifyCommand(),
            new MigrateCommand(),
            new EraseCommand(),
        };
        GlobalOptions.AddTo(root);
        Bind(root, output, time);
        return root;
    }

    private static void Bind(Command parent, ToolOutput output, TimeProvider time)
    {
        foreach (var child in parent.Subcommands)
        {
            if (child is ToolCommand command)
            {
                command.SetAction((parsed, cancellationToken) => command.RunAsync(new ToolContext(parsed, output, time, cancellationToken), cancellationToken));
            }

            Bind(child, output, time);
        }
    }
}
