namespace RedisChat.Redis;

/// <summary>Migrates rooms of the classic layout: one pass over each.</summary>
/// <param name="calls">Runs the calls of the chat.</param>
/// <param name="source">The store to read.</param>
internal sealed class ClassicMigration(TransferCalls calls, ClassicMessageStore source)
{
    // On another server, or as another user.
    private readonly TransferCalls _from = new(new RedisStoreContext(source.Connection, calls.Keys, calls.Context.Rooms, calls.Context.Options, calls.Context.Time, calls.Context.Logger));

    public async Task<MigrationResult> RunAsync(MigrationOptions options, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        var plan = new MigrationPlan(calls, _from, source.Keys);
        await plan.MakeAsync(options.Rooms, cancellationToken).ConfigureAwait(false);
        if (!options.DryRun && plan.Refused.Count > 0)
        {
            throw new ChatTransferException($"The migration was refused, and nothing was written: {plan.Refused}");
        }

        var report = new TransferReport(progress, calls.Context.Time);
        var rooms = new List<MigratedRoom>(plan.Rooms.Count);
        var messages = 0L;
        foreach (var room in plan.Rooms)
        {
            rooms.Add(room.Done is { } done
                ? Skipped(room, done)
                : await new RoomMigration(calls, new ClassicHistory(_from, source.Keys, room.Room), room, options).RunAsync(
                    some =>
                    {
                        messages += some;
                        report.Report(rooms.Count, messages);
                    },
                    cancellationToken).ConfigureAwait(false));
        }

        report.Report(rooms.Count, messages, isLast: true);
        return new MigrationResult { Rooms = rooms, LeftOut = plan.LeftOut.First, LeftOutCount = plan.LeftOut.Count, Refused = plan.Refused.First, RefusedCount = plan.Refused.Count };
    }

    private static MigratedRoom Skipped(PlannedRoom room, long done) => new()
    {
        Room = room.Room,
        IsComplete = true,
        LastId = done,
        Messages = 0,
        Added = 0,
        Changed = 0,
        Removed = 0,
        Unreadable = 0,
        UnreadableIds = [],
        WithoutAuthor = 0,
        Late = Math.Max(0, room.Last - done),
    };
}
