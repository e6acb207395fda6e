using System.CommandLine;
using RedisChat.Tool.Connecting;

namespace RedisChat.Tool.Commands;

/// <summary>Compares a chat with an export, or checks it alone.</summary>
internal sealed class VerifyCommand : ToolCommand
{
    private readonly Argument<string?> _directory = new("directory") { Description = "The directory of an export to compare with. Without it, the chat is checked alone.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string[]> _rooms = new("--room") { Description = "Check this room only, with its threads. May be repeated.", HelpName = "room" };
    private readonly Option<bool> _repair = new("--repair") { Description = "Repair what can be derived: counters, indexes, lists, entries of the directory." };

    public VerifyCommand()
        : base("verify", "Compares the chat with an export, or checks that everything it stores is consistent. The exit code is 1 if there are differences that were not repaired.")
    {
        Arguments.Add(_directory);
        Options.Add(_rooms);
        Options.Add(_repair);
    }

    public override async Task<int> RunAsync(ToolContext context, CancellationToken cancellationToken)
    {
        await using var chat = context.Connect();
        await ChatConnection.ReachAsync(chat.Chat, cancellationToken);
        using var progress = context.Progress("facts");
        var result = await chat.Chat.Transfer.VerifyAsync(
            context.Get(_directory), new VerifyOptions { Rooms = context.Get(_rooms) ?? [], Repair = context.Get(_repair) },
            new Forward<TransferProgress>(done => progress.Report(done.Facts)), cancellationToken);
        var code = result.DifferenceCount > result.Repaired ? ExitCode.Refused : ExitCode.Done;
        if (context.IsJson)
        {
            context.Output.Json(result, ChatJsonContext.Default.VerifyResult);
            return code;
        }

        foreach (var difference in result.Differences)
        {
            var where = difference.User is { } user ? $"user {user}: " : difference.Room is { } room ? $"{(ThreadId.TryParse(room, out var thread) ? thread.ToString() : room)}: " : "";
            context.Output.Line($"{where}{difference.Details}{(difference.IsRepaired ? " Repaired." : "")} [{difference.What}]", difference.IsRepaired ? Tone.Faint : Tone.Bad);
        }

        if (result.DifferenceCount > result.Differences.Count)
        {
            context.Output.Line($"… and {result.DifferenceCount - result.Differences.Count:N0} more.");
        }

        context.Output.Line(
            $"{result.Verified:N0} rooms, threads and users, {Texts.Count(result.Facts, "fact")}: {Texts.Count(result.DifferenceCount, "difference")}{(result.Repaired > 0 ? $", {result.Repaired:N0} repaired" : "")}.");
        return code;
    }
}
