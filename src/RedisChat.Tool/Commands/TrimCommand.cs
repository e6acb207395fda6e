using System.CommandLine;
using RedisChat.Tool.Connecting;

namespace RedisChat.Tool.Commands;

/// <summary>Deletes the beginning of the history of one room or of all rooms.</summary>
internal sealed class TrimCommand : ToolCommand
{
    private readonly RoomTarget _target;
    private readonly Option<TimeSpan?> _olderThan = CommonOptions.Duration("--older-than", "Delete messages that are older than this: 90d, 12h, 30m.");
    private readonly Option<long?> _keep = CommonOptions.OptionalNumber("--keep", "Delete all messages but the newest of this number.", 1, ChatLimits.MaxMessageId);
    private readonly Option<bool> _threads = new("--delete-threads") { Description = "Delete the threads of the messages, too: ChatOptions.DeleteThreads of the application." };
    private readonly Option<bool> _dryRun = CommonOptions.DryRun();

    public TrimCommand()
        : base("trim", "Deletes the beginning of a room's history, 128 ids at a time; the newest 128 ids stay in any case. With both limits, what exceeds either goes.")
    {
        _target = new RoomTarget(this);
        foreach (Option option in (Option[])[_olderThan, _keep, _threads, _dryRun])
        {
            Options.Add(option);
        }
    }

    public override async Task<int> RunAsync(ToolContext context, CancellationToken cancellationToken)
    {
        var (room, policy) = (_target.Read(context), new RetentionPolicy { MaxAge = context.Get(_olderThan), MaxMessages = context.Get(_keep) });
        if (policy == RetentionPolicy.Everything)
        {
            throw new ToolException("Say which messages may go: --older-than 90d, or --keep 10000, or both.");
        }

        await using var chat = context.Connect(options => options.DeleteThreads = context.Get(_threads));
        if (room is not null)
        {
            using var progress = context.Progress($"messages of {room}");
            Print(context, await TrimAsync(
                context, chat.Chat, await chat.Chat.Rooms.GetInfoAsync(room, cancellationToken), policy, new Forward<long>(done => progress.Report(done)), cancellationToken));
            return ExitCode.Done;
        }

        return await TrimAllAsync(context, chat.Chat, policy, cancellationToken);
    }

    private async Task<int> TrimAllAsync(ToolContext context, Chat chat, RetentionPolicy policy, CancellationToken cancellationToken)
    {
        var (rooms, deleted, failed) = (0L, 0L, 0L);
        using var progress = context.Progress("rooms");
        await foreach (var info in RoomTarget.AllAsync(chat, cancellationToken))
        {
            TrimmedRoom done;
            try
            {
                done = await TrimAsync(context, chat, info, policy, progress: null, cancellationToken);
            }
            catch (ChatException e) when (e is not ChatUnavailableException)
            {
                // The others can be trimmed all the same.
                done = new TrimmedRoom(info.Id, 0, context.Get(_dryRun), Hints.Explain(e));
                failed++;
            }

            progress.Report(++rooms);
            deleted += done.Deleted;
            if (context.IsJson || done is not { Deleted: 0, Error: null })
            {
                Print(context, done);
            }
        }

        if (!context.IsJson)
        {
            context.Output.Line(
                $"{Texts.Count(rooms, "room")}: {Texts.Count(deleted, "message")} {(context.Get(_dryRun) ? "would be deleted" : "deleted")}{(failed > 0 ? $"; {Texts.Count(failed, "room")} could not be trimmed" : "")}.");
        }

        return failed > 0 ? ExitCode.Refused : ExitCode.Done;
    }

    private async Task<TrimmedRoom> TrimAsync(ToolContext context, Chat chat, RoomInfo info, RetentionPolicy policy, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        if (!info.Exists)
        {
            throw new ToolException($"There is no room '{info.Id}'.");
        }

        var room = chat.Room(info.Id);
        var deleted = context.Get(_dryRun)
            ? await TrimPreview.CountAsync(room, info, policy, context.Time.GetUtcNow(), cancellationToken)
            : await room.TrimAsync(policy, progress, cancellationToken);
        return new TrimmedRoom(info.Id, deleted, context.Get(_dryRun));
    }

    private static void Print(ToolContext context, TrimmedRoom done)
    {
        if (context.IsJson)
        {
            context.Output.Json(done, ToolJsonContext.Default.TrimmedRoom);
        }
        else if (done.Error is { } error)
        {
            context.Output.Error($"{done.Room}: {error}");
        }
        else
        {
            context.Output.Line($"{done.Room}: {Texts.Count(done.Deleted, "message")} {(done.DryRun ? "would be deleted" : "deleted")}.");
        }
    }
}
