using System.CommandLine;

namespace RedisChat.Tool.Commands;

/// <summary>Moves the old messages of one room or of all rooms to the archive.</summary>
internal sealed class ArchiveCommand : ToolCommand
{
    // A room is prepared once, which takes six minutes. What waits for longer than this waits for something else.
    private static readonly TimeSpan MostWait = TimeSpan.FromMinutes(10);

    private readonly RoomTarget _target;
    private readonly Option<long?> _keepDays = CommonOptions.OptionalNumber("--keep-days", "Move messages that are older than so many days.", 1, ChatLimits.MaxMessageLife.Days);
    private readonly Option<long?> _keep = CommonOptions.OptionalNumber("--keep", "Move all messages but the newest of this number.", 1, ChatLimits.MaxMessageId);
    private readonly Option<bool> _dryRun = CommonOptions.DryRun();

    public ArchiveCommand()
        : base("archive", "Moves the old messages of a room to the archive, 128 ids at a time; the newest 129 to 256 ids stay in any case. With both limits, what exceeds either goes. Needs --archive.")
    {
        _target = new RoomTarget(this);
        foreach (Option option in (Option[])[_keepDays, _keep, _dryRun])
        {
            Options.Add(option);
        }
    }

    public override async Task<int> RunAsync(ToolContext context, CancellationToken cancellationToken)
    {
        var (room, policy) = (_target.Read(context), new ArchivePolicy { KeepFor = context.Get(_keepDays) is { } days ? TimeSpan.FromDays(days) : null, KeepMessages = context.Get(_keep) });
        if (policy == new ArchivePolicy())
        {
            throw new ToolException("Say which messages may go: --keep-days 90, or --keep 10000, or both.");
        }

        if (context.Get(GlobalOptions.Archive) is null)
        {
            throw new ToolException("Say where the archive is: --archive DIRECTORY, that of the application.");
        }

        await using var chat = context.Connect(createsArchive: true);
        using var run = new Run(context, chat.Chat, policy, context.Get(_dryRun));
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

        await run.FinishAsync(cancellationToken);
        return run.Print(isOne: room is not null);
    }

    private sealed class Run(ToolContext context, Chat chat, ArchivePolicy policy, bool isDry) : IDisposable
    {
        private readonly SortedDictionary<string, ArchivedRoom> _done = new(StringComparer.Ordinal);
        private readonly Dictionary<string, (long At, long Since)> _waiting = new(StringComparer.Ordinal);
        private readonly ProgressReport _progress = context.Progress("runs of 128 ids");
        private long _moved;

        public void Dispose() => _progress.Dispose();

        /// <summary>Moves what can be moved now.</summary>
        public async Task BeginAsync(string room, CancellationToken cancellationToken)
        {
            var before = _moved;
            try
            {
                var step = await chat.Room(room).ArchiveMessagesAsync(
                    policy, isDry, new Forward<long>(runs => _progress.Report(_moved = before + runs)), cancellationToken);
                Add(room, step.Moved, error: null);
                Wait(room, step);
            }
            catch (ChatException e) when (e is not ChatUnavailableException)
            {
                // The others can be archived all the same.
                Add(room, _moved - before, e.Message);
                _waiting.Remove(room);
            }
        }

        /// <summary>Moves the rest, once rooms that had no archive are prepared.</summary>
        public async Task FinishAsync(CancellationToken cancellationToken)
        {
            if (_waiting.Count > 0)
            {
                context.Output.Note(
                    $"{Texts.Count(_waiting.Count, "room")} {(_waiting.Count == 1 ? "has" : "have")} messages that can go in a few minutes: a room is prepared for six minutes before its first messages leave. After Ctrl+C, the same command continues.");
            }

            while (_waiting.Count > 0)
            {
                var (room, (at, _)) = _waiting.MinBy(entry => entry.Value.At);
                var pause = TimeSpan.FromMilliseconds(at - Now());
                if (pause > TimeSpan.Zero)
                {
                    await Task.Delay(pause, context.Time, cancellationToken);
                }

                await BeginAsync(room, cancellationToken);
            }
        }

        /// <summary>Prints the rooms, by name, and all together.</summary>
        /// <param name="isOne">Whether one room was named.</param>
        /// <returns>The exit code.</returns>
        public int Print(bool isOne)
        {
            _progress.Dispose();
            var verb = isDry ? "would be moved" : "moved";
            foreach (var room in _done.Values)
            {
                if (context.IsJson)
                {
                    context.Output.Json(room, ToolJsonContext.Default.ArchivedRoom);
                }
                else if (isOne || room.Runs > 0)
                {
                    context.Output.Line($"{room.Room}: {Runs(room.Runs)} {verb}.");
                }

                if (room.Error is { } error && !context.IsJson)
                {
                    context.Output.Error($"{room.Room}: {error}");
                }
            }

            var failed = _done.Values.Count(room => room.Error is not null);
            if (!isOne && !context.IsJson)
            {
                context.Output.Line(
                    $"{Texts.Count(_done.Count, "room")}: {Runs(_done.Values.Sum(room => room.Runs))} {verb}{(failed > 0 ? $"; {Texts.Count(failed, "room")} could not be archived" : "")}.");
            }

            return failed > 0 ? ExitCode.Refused : ExitCode.Done;
        }

        private static string Runs(long count) => $"{Texts.Count(count, "run")} of 128 ids";

        private void Add(string room, long runs, string? error) =>
            _done[room] = new ArchivedRoom(room, runs + (_done.TryGetValue(room, out var before) ? before.Runs : 0), isDry, error);

        private void Wait(string room, ArchivedStep step)
        {
            var since = _waiting.TryGetValue(room, out var waiting) && step.Moved == 0 ? waiting.Since : Now();
            if (!step.IsWaiting)
            {
                _waiting.Remove(room);
            }
            else if (Now() - since > MostWait.TotalMilliseconds)
            {
                _waiting.Remove(room);
                Add(room, 0, "The messages could not be moved: the archive has later copies, or they are being changed all the time. Try again later.");
            }
            else
            {
                _waiting[room] = (Now() + (long)Math.Ceiling((step.Next ?? TimeSpan.Zero).TotalMilliseconds) + 1, since);
            }
        }

        private long Now() => context.Time.GetUtcNow().ToUnixTimeMilliseconds();
    }
}
