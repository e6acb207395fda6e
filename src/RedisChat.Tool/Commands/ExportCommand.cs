using System.CommandLine;
using RedisChat.Tool.Connecting;

namespace RedisChat.Tool.Commands;

/// <summary>Exports rooms into a directory.</summary>
internal sealed class ExportCommand : ToolCommand
{
    private const int RoomsAtOnce = 100;
    private const string Manifest = "manifest.json";

    private readonly Argument<string> _directory = new("directory") { Description = "A directory that is empty or does not exist; or that of an interrupted export, which is continued." };
    private readonly Option<string[]> _rooms = new("--room") { Description = "Export this room only, with its threads. May be repeated. Without it: all rooms and users.", HelpName = "room" };
    private readonly Option<bool> _gzip = new("--gzip") { Description = "Compress the files." };

    public ExportCommand()
        : base("export", "Exports rooms into a directory as lines of JSON, each room as it is at one position, while people keep writing.")
    {
        Arguments.Add(_directory);
        Options.Add(_rooms);
        Options.Add(_gzip);
    }

    public override async Task<int> RunAsync(ToolContext context, CancellationToken cancellationToken)
    {
        await using var chat = context.Connect();
        await ChatConnection.ReachAsync(chat.Chat, cancellationToken);
        using var progress = context.Progress("lines");
        var (directory, rooms) = (context.Require(_directory), context.Get(_rooms) ?? []);

        // An export that is continued may already have a room that was deleted since.
        foreach (var some in rooms.Chunk(RoomsAtOnce))
        {
            if (!File.Exists(Path.Combine(directory, Manifest)) && (await chat.Chat.Rooms.GetInfoAsync(some, cancellationToken)).FirstOrDefault(room => !room.Exists) is { } missing)
            {
                throw new ToolException($"There is no room '{missing.Id}'. Nothing was exported.");
            }
        }

        var result = await chat.Chat.Transfer.ExportAsync(
            directory,
            new ExportOptions { Rooms = rooms, Compress = context.Get(_gzip) },
            new Forward<TransferProgress>(done => progress.Report(done.Facts)), cancellationToken);
        if (context.IsJson)
        {
            context.Output.Json(result, ChatJsonContext.Default.ExportResult);
            return ExitCode.Done;
        }

        context.Output.Line(
            $"{Texts.Count(result.Rooms, "room")}, {Texts.Count(result.Threads, "thread")} and {Texts.Count(result.Users, "user")} exported: "
            + $"{Texts.Count(result.Facts.GetValueOrDefault("message"), "message")}, {Texts.Count(result.Facts.Values.Sum(), "line")}, {Texts.Count(result.Bytes, "byte")}.");
        if (result.Unreadable > 0)
        {
            context.Output.Note($"{Texts.Count(result.Unreadable, "stored value")} cannot be read by a chat. The export has them as they are.");
        }

        return ExitCode.Done;
    }
}
