using System.CommandLine;

namespace RedisChat.Tool.Commands;

/// <summary>Prints the events of a room as they happen.</summary>
internal sealed class TailCommand : ToolCommand
{
    private readonly Argument<string> _room = CommonOptions.Room();
    private readonly Option<string?> _after = new("--after") { Description = "First print what happened after this position, as 'show' prints it.", HelpName = "position" };
    private readonly Option<string?> _resume = new("--resume") { Description = "Keep the position in this file, and continue from there. It need not exist.", HelpName = "file" };
    private readonly Option<bool> _noFollow = new("--no-follow") { Description = "Print what happened until now, and end." };
    private readonly Option<bool> _passing = new("--passing") { Description = "Also print what is not stored: who is present, who types, what was read." };

    public TailCommand()
        : base("tail", "Prints what happens in a room, or a thread, as it happens. Ctrl+C ends it.")
    {
        Arguments.Add(_room);
        foreach (Option option in (Option[])[_after, _resume, _noFollow, _passing])
        {
            Options.Add(option);
        }
    }

    public override async Task<int> RunAsync(ToolContext context, CancellationToken cancellationToken)
    {
        await using var chat = context.Connect();
        var room = chat.Chat.Room(context.Require(_room));
        var file = context.Get(_resume) is { } path ? new PositionFile(path, room.Id) : null;
        var after = After(context, file);

        // A watcher waits for the servers. A person who mistyped their name would wait, too.
        await chat.RequireKeysAsync(room, await room.ReceiveAsync(new MessageQuery(1), cancellationToken), cancellationToken);

        await using var events = room.WatchAsync(after, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var (seen, saved) = (after, after);
        try
        {
            while (true)
            {
                var next = events.MoveNextAsync();
                if (!next.IsCompleted)
                {
                    // While events come quickly, the file is not written for each of them.
                    Save();
                }

                if (!await next)
                {
                    return ExitCode.Done;
                }

                Print(context, events.Current);
                seen = events.Current.Position;
                if (events.Current is RoomEvent.CaughtUp && context.Get(_noFollow))
                {
                    return ExitCode.Done;
                }
            }
        }
        finally
        {
            Save();
        }

        void Save()
        {
            if (seen is { } position && seen != saved)
            {
                file?.Save(position);
                saved = seen;
            }
        }
    }

    private RoomPosition? After(ToolContext context, PositionFile? file)
    {
        if (file?.Read() is { } saved)
        {
            return saved;
        }

        return context.Get(_after) is not { } token ? context.Get(_noFollow) && file is null ? RoomPosition.Start : null
            : RoomPosition.TryParse(token, null, out var position) ? position
            : throw new ToolException("--after is not a position. Take it from 'redischat show', or from an earlier 'redischat tail --json'.");
    }

    private void Print(ToolContext context, RoomEvent happened)
    {
        if (happened.IsPassing && !context.Get(_passing))
        {
            return;
        }

        if (context.IsJson)
        {
            context.Output.Json(happened, ChatJsonContext.Default.RoomEvent);
        }
        else if (Texts.Of(happened) is { } text)
        {
            context.Output.Line(text, happened is RoomEvent.Gap ? Tone.Warning : Tone.Plain);
        }
        else if (happened is RoomEvent.CaughtUp && context.Output.HasStatusLine && !context.Get(_noFollow))
        {
            context.Output.Note("What follows is live. Ctrl+C ends it.");
        }
    }
}
