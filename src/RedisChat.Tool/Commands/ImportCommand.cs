using System.CommandLine;
using RedisChat.Tool.Connecting;

namespace RedisChat.Tool.Commands;

/// <summary>Imports an export.</summary>
internal sealed class ImportCommand : ToolCommand
{
    private readonly Argument<string> _directory = new("directory") { Description = "The directory of a complete export." };
    private readonly Option<bool> _dryRun = CommonOptions.DryRun();

    public ImportCommand()
        : base("import", "Imports an export with the same ids, times and positions. Continues an import that was interrupted; what was imported before is skipped.")
    {
        Arguments.Add(_directory);
        Options.Add(_dryRun);
    }

    public override async Task<int> RunAsync(ToolContext context, CancellationToken cancellationToken)
    {
        await using var chat = context.Connect();
        await ChatConnection.ReachAsync(chat.Chat, cancellationToken);
        using var progress = context.Progress("lines");
        var isDry = context.Get(_dryRun);
        var result = await chat.Chat.Transfer.ImportAsync(
            context.Require(_directory), new ImportOptions { DryRun = isDry }, new Forward<TransferProgress>(done => progress.Report(done.Facts)), cancellationToken);
        if (context.IsJson)
        {
            context.Output.Json(result, ChatJsonContext.Default.ImportResult);
            return result.RefusedCount > 0 ? ExitCode.Refused : ExitCode.Done;
        }

        foreach (var reason in result.Refused)
        {
            context.Output.Line($"Refused: {reason}");
        }

        context.Output.Line(isDry
            ? $"{result.Imported:N0} rooms, threads and users would be imported, {result.Skipped:N0} skipped, {result.RefusedCount:N0} refused."
            : $"{result.Imported:N0} rooms, threads and users imported, {result.Skipped:N0} skipped.");
        return result.RefusedCount > 0 ? ExitCode.Refused : ExitCode.Done;
    }
}
