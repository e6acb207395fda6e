using System.CommandLine;
using RedisChat.Tool.Connecting;
using System.Globalization;

namespace RedisChat.Tool.Commands;

/// <summary>Migrates rooms of the classic layout.</summary>
internal sealed class MigrateCommand : ToolCommand
{
    private const int MostIdsNamed = 10;

    private readonly Argument<string[]> _rooms = new("room") { Description = "The rooms. Without them: all rooms of the classic layout.", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string> _from = new("--from") { Description = "The layout to read: classic.", HelpName = "layout", Required = true };
    private readonly Option<string?> _source = new("--source")
    {
        Description = "The servers with the classic layout, if it is not on those of --redis. No password. [environment: REDISCHAT_SOURCE, REDISCHAT_SOURCE_PASSWORD]",
        HelpName = "config",
    };

    private readonly Option<string?> _sourcePrefix = new("--source-prefix") { Description = "The beginning of the classic layout's keys, if it is not that of --prefix.", HelpName = "prefix" };
    private readonly Option<bool> _final = new("--final") { Description = "Make the rooms exact and open them. Only once no program writes the classic layout any more." };
    private readonly Option<bool> _encrypt = new("--encrypt") { Description = "Encrypt what is copied, with the master keys of --keys." };
    private readonly Option<bool> _dryRun = CommonOptions.DryRun();

    public MigrateCommand()
        : base("migrate", "Copies rooms of the classic layout into the default one with the same ids and times, while old programs keep writing. Repeat it as often as you like, and complete it with --final.")
    {
        _from.AcceptOnlyFromAmong("classic");
        Arguments.Add(_rooms);
        foreach (Option option in (Option[])[_from, _source, _sourcePrefix, _final, _encrypt, _dryRun])
        {
            Options.Add(option);
        }
    }

    public override async Task<int> RunAsync(ToolContext context, CancellationToken cancellationToken)
    {
        await using var source = await context.ConnectClassicAsync(context.Get(_source), context.Get(_sourcePrefix), cancellationToken);
        await using var chat = context.Connect();
        if (context.Get(_encrypt))
        {
            chat.EncryptEverything();
        }

        await ChatConnection.ReachAsync(chat.Chat, cancellationToken);
        using var progress = context.Progress("messages");
        var options = new MigrationOptions { Rooms = context.Get(_rooms) ?? [], Complete = context.Get(_final), DryRun = context.Get(_dryRun) };
        var result = await chat.Chat.Transfer.MigrateAsync(source.Store, options, new Forward<TransferProgress>(done => progress.Report(done.Facts)), cancellationToken);
        if (result.Rooms.Count == 0 && result.RefusedCount == 0 && result.LeftOutCount == 0)
        {
            throw new ToolException(
                "There is no room in the classic layout. Check --source and --source-prefix, and the database: that of --source is in its value (defaultDatabase=1), and without --source it is that of --database.");
        }

        if (context.IsJson)
        {
            context.Output.Json(result, ChatJsonContext.Default.MigrationResult);
        }
        else
        {
            Print(context.Output, result, options);
        }

        return result.RefusedCount > 0 || result.LeftOutCount > 0 || result.Rooms.Any(room => room.Late > 0) ? ExitCode.Refused : ExitCode.Done;
    }

    private static void Print(ToolOutput output, MigrationResult result, MigrationOptions options)
    {
        foreach (var room in result.Rooms)
        {
            Print(output, room);
        }

        foreach (var reason in result.LeftOut)
        {
            output.Line($"Left out: {reason}", Tone.Warning);
        }

        foreach (var reason in result.Refused)
        {
            output.Line($"Refused: {reason}", Tone.Bad);
        }

        var (verb, end) = options switch
        {
            { DryRun: true } => ("would be ", $"{(result.RefusedCount > 0 ? $" {Texts.Count(result.RefusedCount, "room")} would be refused." : "")}"),
            { Complete: true } => ("", " The rooms are open."),
            _ => ("", " The rooms stay closed until --final."),
        };
        output.Line(
            $"{Texts.Count(result.Rooms.Count, "room")}: {Texts.Count(result.Rooms.Sum(room => room.Added), "message")} {verb}added, {result.Rooms.Sum(room => room.Changed):N0} changed, "
            + $"{result.Rooms.Sum(room => room.Removed):N0} removed.{end}");
    }

    // Rooms with nothing to say are only counted.
    private static void Print(ToolOutput output, MigratedRoom room)
    {
        if (room.Added + room.Changed + room.Removed > 0)
        {
            output.Line($"{room.Room}: {Texts.Count(room.Messages, "message")}, {room.Added:N0} added, {room.Changed:N0} changed, {room.Removed:N0} removed");
        }

        if (room.Unreadable > 0)
        {
            var more = room.Unreadable > MostIdsNamed ? " …" : "";
            output.Line($"{room.Room}: {Texts.Count(room.Unreadable, "unreadable message")}: {string.Join(", ", room.UnreadableIds.Take(MostIdsNamed).Select(id => id.ToString(CultureInfo.InvariantCulture)))}{more}", Tone.Warning);
        }

        if (room.WithoutAuthor > 0)
        {
            output.Line($"{room.Room}: {Texts.Count(room.WithoutAuthor, "message")} without an author", Tone.Warning);
        }

        if (room.Late > 0)
        {
            output.Line($"{room.Room}: {Texts.Count(room.Late, "message")} written to the classic layout after it was completed, by a program that was not switched over. They are not in the room.", Tone.Bad);
        }
    }
}
