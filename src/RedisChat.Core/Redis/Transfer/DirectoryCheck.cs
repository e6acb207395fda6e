using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Checks the directory: the entries of rooms, what is due, and the work in the background.</summary>
internal sealed class DirectoryCheck(TransferCalls calls, TransferFindings findings, bool repair)
{
    private const int EntriesAtOnce = 500;

    private readonly KeyNames _keys = calls.Keys;
    private readonly DirectoryIndex _index = new(calls.Keys);
    private readonly DueSchedules _due = new(calls);

    /// <summary>Checks the entry of a room.</summary>
    public async Task CheckAsync(TransferScope scope, ScopeState state, CancellationToken cancellationToken)
    {
        if (!state.Exists || !AboutJson.TryRead(state.Bytes(AboutJson.Field), out var about, out _))
        {
            return;
        }

        var (shard, name) = (KeyNames.ShardOf(scope.Id), RoomSort.NameOf(about, scope.Id));
        var (entry, byName, score) = await calls.ReadAsync(
            async database =>
            {
                var rooms = database.HashGetAsync(_keys.DirectoryRooms(shard), scope.Id, CommandFlags.DemandMaster).Observed();
                var names = database.SortedSetScoreAsync(_keys.DirectoryNames(shard), RoomSort.Place(name, scope.Id), CommandFlags.DemandMaster).Observed();
                var active = await database.SortedSetScoreAsync(_keys.DirectoryActivity(shard), scope.Id, CommandFlags.DemandMaster).ConfigureAwait(false);
                return (await rooms.ConfigureAwait(false), await names.ConfigureAwait(false), active);
            },
            cancellationToken).ConfigureAwait(false);
        if (DirectoryIndex.SortNameOf(entry) == name && byName is not null && score is not null)
        {
            return;
        }

        var isRepaired = repair && await calls.RepeatAsync(
            database => _index.PutAsync(database, scope.Id, name, state.Number("at"), cancellationToken), cancellationToken).ConfigureAwait(false);
        findings.Add(scope, "directory", "The directory does not list the room, or not by its name.", isRepaired);
    }

    /// <summary>Checks that what is scheduled is due.</summary>
    public async Task CheckDueAsync(TransferScope scope, IReadOnlyCollection<string> users, CancellationToken cancellationToken)
    {
        foreach (var user in users)
        {
            foreach (var scheduled in await _due.ReadAsync(scope.Id, user, cancellationToken).ConfigureAwait(false))
            {
                findings.Facts++;
                if (DueSchedules.EntryOf(scope.Id, user, scheduled) is not { } due)
                {
                    findings.Add(scope, "scheduled", $"The scheduled message {scheduled.Name} of user {user} cannot be read.");
                    continue;
                }

                if (await _due.HasAsync(scope.Id, due.Member, cancellationToken).ConfigureAwait(false) || DueSchedules.HasFailed(scope.Id, scheduled))
                {
                    continue;
                }

                var isRepaired = repair && await _due.AddAsync(scope.Id, due, cancellationToken).ConfigureAwait(false);
                findings.Add(scope, "due", $"The scheduled message {scheduled.Name} of user {user} is not among those that are due, so it would never be sent.", isRepaired);
            }
        }
    }

    /// <summary>Checks that a room with messages that expire is visited.</summary>
    public async Task CheckUpkeepAsync(TransferScope scope, CancellationToken cancellationToken)
    {
        var (expiring, score) = await calls.ReadAsync(
            async database =>
            {
                var count = database.SortedSetLengthAsync(_keys.Expires(scope.Id), flags: CommandFlags.DemandMaster).Observed();
                var entry = await database.SortedSetScoreAsync(_keys.Upkeep(KeyNames.ShardOf(scope.Id)), scope.Id, CommandFlags.DemandMaster).ConfigureAwait(false);
                return (await count.ConfigureAwait(false), entry);
            },
            cancellationToken).ConfigureAwait(false);
        if (expiring == 0 || score is not null)
        {
            return;
        }

        if (repair)
        {
            await calls.RepeatAsync(() => calls.Context.Upkeep.AddRoomAsync(scope.Id, null, cancellationToken), cancellationToken).ConfigureAwait(false);
        }

        findings.Add(scope, "upkeep", "The room has messages that expire, but is not among those that need work in the background.", repair);
    }

    /// <summary>Checks the entries of rooms that do not exist, and what is due of messages that do not exist.</summary>
    public async Task CheckEntriesAsync(CancellationToken cancellationToken)
    {
        for (var shard = 0; shard < KeyNames.DirectoryShards; shard++)
        {
            await foreach (var entry in calls.FieldsAsync(_keys.DirectoryRooms(shard), cancellationToken).ConfigureAwait(false))
            {
                findings.Facts++;
                await CheckEntryAsync((string)entry.Name!, entry.Value, cancellationToken).ConfigureAwait(false);
            }

            await foreach (var entry in calls.MembersAsync(_keys.Due(shard), cancellationToken).ConfigureAwait(false))
            {
                findings.Facts++;
                await CheckDueEntryAsync(shard, entry.Element, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task CheckEntryAsync(string room, RedisValue entry, CancellationToken cancellationToken)
    {
        if (await calls.ReadAsync(database => database.HashExistsAsync(_keys.Room(room), AboutJson.Field, CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false)
            || !StrictNumber.TryRead(((string)entry!).Split(' ')[0], out var time) || calls.Context.Time.GetUtcNow() - Micros.ToTime(time) < DirectoryIndex.LeastAge * 2)
        {
            return;
        }

        var isRepaired = repair && await calls.RepeatAsync(
            database => _index.DropAsync(database, room, entry, DirectoryIndex.LeastAge, [], cancellationToken), cancellationToken).ConfigureAwait(false);
        findings.Add(new TransferScope(room), "directory", "The directory lists the room, but it does not exist or has no settings.", isRepaired);
    }

    private async Task CheckDueEntryAsync(int shard, RedisValue member, CancellationToken cancellationToken)
    {
        if (!DueEntry.TryRead((string)member!, out var due))
        {
            findings.Add(new TransferDifference(null, null, "due", "An entry of what is due cannot be read.", IsRepaired: false));
            return;
        }

        if (!due.IsAbandoned(Micros.FromTime(calls.Context.Time.GetUtcNow()))
            || await calls.ReadAsync(database => database.HashExistsAsync(_keys.Scheduled(due.Room, due.User), due.Id, CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        // Harmless: it is removed when it is due.
        var isRepaired = repair && await calls.RepeatAsync(database => database.SortedSetRemoveAsync(_keys.Due(shard), member), cancellationToken).ConfigureAwait(false);
        findings.Add(new TransferScope(due.Room), "due", $"The message {due.Id} of user {due.User} is due, but does not exist.", isRepaired);
    }
}
