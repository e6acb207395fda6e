using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The rooms to migrate, and those that cannot be: found out before anything is written.</summary>
/// <param name="calls">Runs the calls of the chat.</param>
/// <param name="from">Runs the calls to the classic layout.</param>
/// <param name="keys">Names the keys of the classic layout.</param>
internal sealed class MigrationPlan(TransferCalls calls, TransferCalls from, ClassicKeyScheme keys)
{
    private const int RoomsAtOnce = 500;

    // A counter that another program has set far ahead would make each pass walk through billions of ids.
    private const long MostIds = 1_000_000_000;

    /// <summary>The rooms, in the order in which they are migrated.</summary>
    public List<PlannedRoom> Rooms { get; } = [];

    /// <summary>The rooms that cannot be migrated, with the reasons.</summary>
    public RefusalReasons Refused { get; } = new();

    /// <summary>The rooms that were found, but that a chat could not have, with the reasons.</summary>
    public RefusalReasons LeftOut { get; } = new();

    /// <summary>Makes the plan.</summary>
    /// <param name="rooms">The rooms; empty for all that a search finds.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task MakeAsync(IReadOnlyList<string> rooms, CancellationToken cancellationToken)
    {
        var isFound = rooms.Count == 0;
        foreach (var some in (isFound ? await FindAsync(cancellationToken).ConfigureAwait(false) : rooms.Distinct(StringComparer.Ordinal)).Where(room => IsUsable(room, isFound)).Chunk(RoomsAtOnce))
        {
            var counters = await from.ReadAsync(database => Task.WhenAll(some.Select(room => SourceAsync(database, room))), cancellationToken).ConfigureAwait(false);
            var targets = await calls.ReadAsync(
                database => Task.WhenAll(some.Select(room => database.HashGetAsync(
                    calls.Keys.Room(room), ["epoch", "last", ImportMark.Field, ImportMark.DoneField, "erased"], CommandFlags.DemandMaster))), cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < some.Length; i++)
            {
                Add(some[i], counters[i], targets[i], isFound);
            }
        }
    }

    private async Task<IEnumerable<string>> FindAsync(CancellationToken cancellationToken)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var key in new ScopeFinder(from).KeysAsync(keys.Counters, null, cancellationToken).ConfigureAwait(false))
        {
            // A room that begins with '{' would be a key of the default layout.
            if (keys.RoomOf(key) is { } room && !room.StartsWith('{'))
            {
                found.Add(room);
            }
        }

        return found;
    }

    private bool IsUsable(string room, bool isFound)
    {
        try
        {
            ChatInput.CheckId(room);
            _ = keys.Room(room);
        }
        catch (ChatInputException e)
        {
            Drop($"room {room}: {e.Message}", isFound);
            return false;
        }

        // With key names of the application's own, both layouts may want the same keys.
        if (calls.Keys.Room(room) == keys.Room(room) || calls.Keys.Bucket(room, 0).StartsWith(keys.Room(room) + ":", StringComparison.Ordinal))
        {
            Drop($"room {room}: the chat's keys are those of the classic layout. Use another prefix, or another {nameof(IRoomKeyScheme)}.", isFound: false);
            return false;
        }

        return true;
    }

    private async Task<(RedisValue Counter, bool IsForeign)> SourceAsync(IDatabase database, string room)
    {
        var counter = database.StringGetAsync(keys.Counter(room), CommandFlags.DemandMaster).Observed();
        var users = database.HashLengthAsync(keys.Room(room), CommandFlags.DemandMaster).Observed();
        try
        {
            await users.ConfigureAwait(false);
            return (await counter.ConfigureAwait(false), false);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal))
        {
            return (RedisValue.Null, true);
        }
    }

    private void Add(string room, (RedisValue Counter, bool IsForeign) source, RedisValue[] target, bool isFound)
    {
        var hasCounter = StrictNumber.TryRead(((ReadOnlyMemory<byte>)source.Counter).Span, out var last);
        if (source.IsForeign || (!hasCounter && !source.Counter.IsNull))
        {
            Drop($"room {room}: its keys do not hold what the classic layout stores there.", isFound);
        }
        else if (source.Counter.IsNull)
        {
            Drop($"room {room} does not exist in the classic layout.", isFound);
        }
        else if (last > MostIds)
        {
            Drop(string.Create(CultureInfo.InvariantCulture, $"room {room}: its counter is at {last}, and rooms with more than {MostIds} ids are not migrated. If there are fewer messages, set it to the last id."), isFound);
        }
        else if (ClassicMark.TryReadDone(target[3]) is { } done && target[0] != RoomCounters.BeingDeleted)
        {
            Rooms.Add(new PlannedRoom(room, last, null, done));
        }
        else if (target[0].IsNull && target[1].IsNull && target[2].IsNull)
        {
            Rooms.Add(new PlannedRoom(room, last, null, null));
        }
        else if (target[0] != RoomCounters.BeingDeleted)
        {
            Refused.Add($"room {room} exists already, and was not migrated. Delete it in the chat if the migration should create it, or leave it out.");
        }
        else if (!target[4].IsNull || !ImportStep.TryRead(target[2], out var step))
        {
            Refused.Add($"room {room} is being deleted. Complete the deletion first.");
        }
        else if (step.Export != ClassicMark.Name)
        {
            Refused.Add($"room {room} is being imported. Complete the import, or delete the room.");
        }
        else if (last < step.LastId)
        {
            Refused.Add(string.Create(CultureInfo.InvariantCulture, $"room {room}: its counter is at {last}, and was at {step.LastId} in an earlier pass, so the classic layout has lost data. Restore it; or delete the room in the chat to begin again."));
        }
        else
        {
            Rooms.Add(new PlannedRoom(room, last, step, null));
        }
    }

    private void Drop(string reason, bool isFound) => (isFound ? LeftOut : Refused).Add(reason);
}

/// <summary>A room to migrate.</summary>
/// <param name="Room">Its id.</param>
/// <param name="Last">The last id that the classic layout had assigned.</param>
/// <param name="Step">Where an earlier pass left it; <see langword="null"/> if there was none.</param>
/// <param name="Done">If it is complete: the last id that the classic layout had assigned then.</param>
internal sealed record PlannedRoom(string Room, long Last, ImportStep? Step, long? Done);
