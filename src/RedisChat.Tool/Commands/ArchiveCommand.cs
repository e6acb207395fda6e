using System.CommandLine;

namespace RedisChat.Tool.Commands;

/// <summary>Moves the old messages of one room or of all rooms to the archive.</summary>
internal sealed class ArchiveCommand : ToolCommand
{
    private readonly RoomTarget _target;
    private readonly Option<TimeSpan?> _olderThan = CommonOptions.Duration("--older-than", "Move messages that are older than this: 90d, 12h, 30m.");
    private readonly Option<long?> _keep = CommonOptions.OptionalNumber("--keep", "Move all messages but the newest of this number.", 1, ChatLimits.MaxMessageId);
    private readonly Option<bool> _dryRun = CommonOptions.DryRun();

    public ArchiveCommand()
        : base("archive", "Moves the old messages of a room to the archive, 128 ids at a time; the newest 129 to 256 ids stay in any case. With both limits, what exceeds either goes. Needs --archive or --archive-postgresql.")
    {
        _target = new RoomTarget(this);
        foreach (Option option in (Option[])[_olderThan, _keep, _dryRun])
        {
            Options.Add(option);
        }
    }

    public override async Task<int> RunAsync(ToolContext context, CancellationToken cancellationToken)
    {
        var (room, policy) = (_target.Read(context), new ArchivePolicy { KeepFor = context.Get(_olderThan), KeepMessages = context.Get(_keep) });
        if (policy == new ArchivePolicy())
        {
            throw new ToolException("Say which messages may go: --older-than 90d, or --keep 10000, or both.");
        }

        if (!context.HasArchive)
        {
            throw new ToolException("Say where the archive of the application is: --archive DIRECTORY, or --archive-postgresql CONFIG.");
        }

        await using var chat = context.Connect(createsArchive: true);
        using var run = new ArchiveRun(
            context.Output, context.Time, (id, progress, token) => chat.Chat.Room(id).ArchiveMessagesAsync(policy, context.Get(_dryRun), progress, token),
            new ArchiveRun.Form(IsOne: room is not null, context.Get(_dryRun), context.IsJson));
        if (room is not null)
        {
            if (!(await chat.Chat.Rooms.GetInfoAsync(room, cancellationToken)).Exists)
            {
                throw new ToolException($"There is no room '{room}'.");
            }

            await run.BeginAsync(room, cancellationToken);
        }
        else
        {
            await foreach (var info in RoomTarget.AllAsync(chat.Chat, cancellationToken))
            {
                await run.BeginAsync(info.Id, cancellationToken);
            }
        }

        return await run.FinishAsync(cancellationToken);
    }
}
