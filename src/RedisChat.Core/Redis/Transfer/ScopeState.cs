using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The hash of a room, a thread or a user as it was at one moment.</summary>
internal sealed class ScopeState
{
    // The deletion and the import of a room, the erasure of a user, where messages are, and what follows from the rest.
    private static readonly string[] NotExported = [DeletionMark.Field, "erased", ImportMark.Field, ImportMark.DoneField, RedisErasure.Field, "sealed", ArchivedField.Name];

    private readonly Dictionary<string, byte[]> _fields;

    private ScopeState(Dictionary<string, byte[]> fields, IReadOnlyList<(string User, HashEntry[] Messages)>? scheduled) => (_fields, Scheduled) = (fields, scheduled);

    /// <summary>The epoch as it is stored; empty if there is none.</summary>
    public string Epoch => Text("epoch");

    /// <summary>Whether the room exists and is not being deleted or imported.</summary>
    public bool Exists => StrictNumber.TryReadEpoch(Bytes("epoch"), out _);

    /// <summary>Whether the room is being deleted or imported.</summary>
    public bool IsClosed => Epoch == RoomCounters.BeingDeleted;

    public long Last => Number("last");

    public long Revision => Number("rev");

    /// <summary>The least id that a message can have.</summary>
    public long First => Math.Max(1, Number("first"));

    public string Uses => Text("uses");

    /// <summary>The first bucket that was not moved to the archive; 0 if there is no archive.</summary>
    public long ArchivedBelow => ArchivedField.TryRead(Bytes(ArchivedField.Name), out var archived) ? archived.Below : 0;

    public RoomPosition Position => new(StrictNumber.TryReadEpoch(Bytes("epoch"), out var epoch) ? epoch : 0, Last, Number("at"), Revision);

    /// <summary>What users had scheduled there at the same moment; empty if it was not read, and <see langword="null"/> if a message was sent meanwhile.</summary>
    public IReadOnlyList<(string User, HashEntry[] Messages)>? Scheduled { get; }

    public IEnumerable<string> Names => _fields.Keys;

    public static ScopeState Of(HashEntry[] entries, IReadOnlyList<(string User, HashEntry[] Messages)>? scheduled = null)
    {
        var fields = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            fields[(string)entry.Name!] = (byte[]?)entry.Value ?? [];
        }

        return new ScopeState(fields, scheduled ?? []);
    }

    public ScopeState WithoutScheduled() => new(_fields, null);

    public static async Task<ScopeState> ReadAsync(IDatabase database, RedisKey key) => Of(await database.HashGetAllAsync(key, CommandFlags.DemandMaster).ConfigureAwait(false));

    public byte[] Bytes(string field) => _fields.GetValueOrDefault(field) ?? [];

    public bool Has(string field) => _fields.ContainsKey(field);

    public string Text(string field) => System.Text.Encoding.UTF8.GetString(Bytes(field));

    /// <summary>A number; 0 if the field is missing or is none.</summary>
    public long Number(string field) => StrictNumber.TryRead(Bytes(field), out var number) ? number : 0;

    /// <summary>The fields that an export has, by name. Presence and the archive stay behind, and their letters with them.</summary>
    public List<(string Name, ReadOnlyMemory<byte> Value)> Exported()
    {
        var fields = new List<(string Name, ReadOnlyMemory<byte> Value)>();
        foreach (var (name, value) in _fields.Where(field => !NotExported.Contains(field.Key)).OrderBy(field => field.Key, StringComparer.Ordinal))
        {
            var kept = name == "uses" ? [.. value.Where(letter => letter is not ((byte)'h' or (byte)ArchivedField.Letter))] : value;
            if (kept.Length > 0 || name != "uses")
            {
                fields.Add((name, kept));
            }
        }

        return fields;
    }
}
