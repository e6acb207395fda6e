using System.CommandLine;

namespace RedisChat.Tool.Commands;

/// <summary>Erases a user in all rooms.</summary>
internal sealed class EraseCommand : ToolCommand
{
    private readonly Argument<string> _user = new("user") { Description = "The user's id." };
    private readonly Option<bool> _anonymize = new("--anonymize") { Description = "Keep the messages, with a random author instead of the user." };
    private readonly Option<bool> _yes = CommonOptions.Yes();
    private readonly Option<bool> _dryRun = CommonOptions.DryRun();

    public EraseCommand()
        : base("erase", "Erases a user in all rooms, and verifies that nothing is left. Continues an erasure that was interrupted. Lock the user's account first.")
    {
        Arguments.Add(_user);
        Options.Add(_anonymize);
        Options.Add(_yes);
        Options.Add(_dryRun);
    }

    public override async Task<int> RunAsync(ToolContext context, CancellationToken cancellationToken)
    {
        await using var chat = context.Connect();
        var options = new ErasureOptions { Mode = context.Get(_anonymize) ? ErasureMode.Anonymize : ErasureMode.Remove, IsDryRun = context.Get(_dryRun) };
        var user = chat.Chat.User(context.Require(_user));
        if (!options.IsDryRun)
        {
            var confirmation = new Confirmation(
                "This erases the user in all rooms for good. Type the user's id to continue.",
                $"This erases the user '{user.Id}' for good. Repeat the command with --yes if you mean it, or with --dry-run to see what there is.",
                "That is not the user's id. Nothing was erased.");
            await confirmation.AskAsync(context, _yes, user.Id, cancellationToken);
        }

        using var progress = context.Progress("rooms");
        var report = await user.EraseAsync(options, new Forward<ErasureProgress>(step => progress.Report(step.RoomsDone, step.RoomsTotal)), cancellationToken);
        if (context.IsJson)
        {
            context.Output.Json(report, ChatJsonContext.Default.ErasureReport);
        }
        else
        {
            Print(context.Output, user.Id, options, report);
        }

        return report.Findings is { IsClean: false } ? ExitCode.Refused : ExitCode.Done;
    }

    private static void Print(ToolOutput output, string user, ErasureOptions options, ErasureReport report)
    {
        var done = options.Mode == ErasureMode.Remove ? "deleted" : "made anonymous";
        output.Line($"{user}: {Texts.Count(report.Messages, "message")} in {Texts.Count(report.Rooms, "room")} {(options.IsDryRun ? $"would be {done}." : $"{done}.")}");
        if (report.Findings is not { } findings)
        {
            return;
        }

        foreach (var (key, field) in findings.Remaining)
        {
            output.Line($"Still named in {key} {field}", Tone.Bad);
        }

        foreach (var (key, field) in findings.TextOfOthers)
        {
            output.Line($"Text of others: {key} {field}", Tone.Warning);
        }

        output.Line(findings.IsClean ? "Nothing names the user any more." : $"{Texts.Count(findings.Remaining.Count, "place")} left. Inspect them with redis-cli: what the chat cannot read, it does not change.");
    }
}
