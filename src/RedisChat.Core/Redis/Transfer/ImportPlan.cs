using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>What an import has to do: found out before anything is written.</summary>
internal sealed class ImportPlan
{
    private const int ScopesAtOnce = 500;

    private readonly KeyNames _keys;
    private readonly Dictionary<long, string> _epochs = [];
    private readonly HashSet<long> _merged = [];
    private readonly HashSet<long> _thereThreads = [];
    private readonly HashSet<string> _doneRooms = new(StringComparer.Ordinal);

    private ImportPlan(KeyNames keys) => _keys = keys;

    /// <summary>The number of scopes to import.</summary>
    public long Count => _epochs.Count;

    /// <summary>The number of scopes that are there already, also of users who have other lists of rooms.</summary>
    public long Skipped { get; private set; }

    /// <summary>The scopes that cannot be imported, with the reasons.</summary>
    public RefusalReasons Refused { get; } = new();

    public static async Task<ImportPlan> MakeAsync(TransferCalls calls, ExportReader export, CancellationToken cancellationToken)
    {
        var plan = new ImportPlan(calls.Keys);
        foreach (var some in export.Index().Chunk(ScopesAtOnce))
        {
            var found = await calls.ReadAsync(
                database => Task.WhenAll(some.Select(entry => database.HashGetAsync(
                    calls.Keys.Room(entry.Scope.Id), ["epoch", "last", "at", "rev", ImportMark.Field, ImportMark.DoneField], CommandFlags.DemandMaster))), cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < some.Length; i++)
            {
                plan.Add(some[i], found[i], export.Manifest.Id);
            }
        }

        return plan;
    }

    /// <summary>Whether to import a scope.</summary>
    /// <param name="number">Its number in the export.</param>
    /// <param name="epoch">The epoch that it gets; empty for none.</param>
    public bool TryGet(long number, out string epoch) => _epochs.TryGetValue(number, out epoch!);

    /// <summary>Whether the scope is that of a user who has one already.</summary>
    public bool IsMerged(long number) => _merged.Contains(number);

    /// <summary>Whether the scope is a thread that is there already.</summary>
    public bool IsThere(long number) => _thereThreads.Contains(number);

    private void Skip(TransferScope scope, long number)
    {
        Skipped++;
        if (scope.IsThread)
        {
            _thereThreads.Add(number);
        }
    }

    private void Add((TransferScope Scope, long Number, RoomPosition Position) entry, RedisValue[] found, string export)
    {
        var (scope, number, position) = entry;
        var epoch = position.Epoch == 0 ? "" : position.Epoch.ToString("x", System.Globalization.CultureInfo.InvariantCulture);
        if (found[5] == export)
        {
            _doneRooms.Add(scope.Id);
            Skip(scope, number);
        }
        else if (scope.IsThread && _doneRooms.Contains(scope.Root))
        {
            // A room is completed after its threads. One that is not there any more was deleted since.
            Skip(scope, number);
        }
        else if (found[0] == RoomCounters.BeingDeleted && !found[4].IsNull && ImportStep.TryRead(found[4], out var step))
        {
            if (step.Export == export && step.Number == number)
            {
                _epochs.Add(number, epoch);
            }
            else
            {
                Refused.Add(step.Export == ClassicMark.Name
                    ? $"{scope} is being migrated. Complete the migration, or delete the room."
                    : $"{scope} is being imported from another export. Complete that import, or {(scope.IsUser ? $"delete the key '{_keys.Room(scope.Id)}', which records it" : "delete the room")}.");
            }
        }
        else if (found[0] == RoomCounters.BeingDeleted)
        {
            Refused.Add($"{scope} is being deleted. Complete the deletion first.");
        }
        else if (found[0].IsNull && found[1].IsNull)
        {
            _epochs.Add(number, epoch);
        }
        else if (found[0] == epoch && Number(found[1]) == position.MessageId && Number(found[2]) == position.Stamp && Number(found[3]) == position.Revision)
        {
            Skip(scope, number);
        }
        else if (scope.IsUser)
        {
            Skipped++;
            _merged.Add(number);
        }
        else
        {
            Refused.Add(found[0] == epoch
                ? $"{scope} exists, and was changed since it was exported. Delete it if the export should replace it, or leave it out of the export."
                : $"{scope} exists, and is a different room from the exported one. Delete it if the export should replace it, or leave it out of the export.");
        }
    }

    private static long Number(RedisValue value) => StrictNumber.TryRead(((ReadOnlyMemory<byte>)value).Span, out var number) ? number : 0;
}
