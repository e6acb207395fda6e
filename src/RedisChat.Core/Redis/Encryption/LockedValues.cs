using System.Diagnostics.CodeAnalysis;

namespace RedisChat.Redis;

/// <summary>
/// Collects the encrypted values that a reader could not decrypt, with what is open in them. A value counts only if the reader reports it as unreadable in the end, because it may be decrypted with keys that are loaded later.
/// </summary>
internal sealed class LockedValues
{
    private readonly Dictionary<long, uint> _keys = [];
    private readonly Dictionary<long, (uint Key, int Count)> _buckets = [];
    private readonly Dictionary<long, Message> _open = [];

    /// <summary>What is open in the values of open buckets: everything but texts, metadata, attachments and previews.</summary>
    public IEnumerable<Message> Open => _open.Values;

    /// <summary>Adds the value of an open bucket. Nothing happens if it is not encrypted.</summary>
    public void Add(long id, ReadOnlySpan<byte> value)
    {
        if (EncryptedJson.KeyIn(value) is not { } key)
        {
            return;
        }

        _keys[id] = key;
        if (EncryptedJson.TryReadOpen(id, value, out var message))
        {
            _open[id] = message;
        }
    }

    /// <summary>Adds a sealed bucket. Nothing happens if it is not encrypted.</summary>
    public void AddBucket(long number, ReadOnlySpan<byte> field)
    {
        if (SealedBucket.KeyIn(field) is { } key && SealedBucket.CountIn(field) is { } count)
        {
            _buckets[number] = (key, count);
        }
    }

    /// <summary>How many messages an encrypted bucket has; <see langword="null"/> if it was not added.</summary>
    public int? CountIn(long number) => _buckets.TryGetValue(number, out var bucket) ? bucket.Count : null;

    /// <summary>What is open in a message.</summary>
    public bool TryGet(long id, [NotNullWhen(true)] out Message? message) => _open.TryGetValue(id, out message);

    /// <summary>Whether others may be able to read what this process cannot: the error if it lacks a key that is still stored; <see langword="null"/> if the keys were deleted, or the values themselves are wrong.</summary>
    /// <param name="context">The shared parts of the store.</param>
    /// <param name="room">The room.</param>
    /// <param name="unreadable">The ids that the reader reported as unreadable.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async ValueTask<ChatDataException?> FindProblemAsync(RedisStoreContext context, string room, IEnumerable<long> unreadable, CancellationToken cancellationToken)
    {
        foreach (var key in unreadable.Select(KeyOf).OfType<uint>().Distinct().ToList())
        {
            if (context.Ciphers is not { } ciphers)
            {
                return NoRing(context.Keys, room);
            }

            var cipher = await ciphers.RefreshAsync(room, ciphers.TryGet(room), key, cancellationToken).ConfigureAwait(false);
            var name = DataKey.NameOf(key);
            if (cipher!.Keys.Problems.TryGetValue(name, out var why))
            {
                return Unusable(context.Keys, room, name, why);
            }
        }

        return null;
    }

    /// <summary>The error for a process that has no keys.</summary>
    public static ChatDataException NoRing(KeyNames keys, string room) => new(
        "The room is encrypted, and this chat has no keys, so nothing that it cannot read was deleted. Call AddEncryption with the key ring that the other processes use, in every process that deletes messages by itself.")
    {
        Key = keys.DataKeys(ThreadId.RuledBy(room)),
        Field = StoredKey.Current,
    };

    private static ChatDataException Unusable(KeyNames keys, string room, string name, Exception why) => new(
        $"The data key in field {name} of the hash '{keys.DataKeys(ThreadId.RuledBy(room))}' cannot be unwrapped, so nothing that it encrypted was deleted. Give the key ring the master key that wrapped it. "
        + "If that is lost for good, rotate the room's key and remove the field with HDEL: what it encrypted can then be deleted.", why)
    {
        Key = keys.DataKeys(ThreadId.RuledBy(room)),
        Field = name,
    };

    private uint? KeyOf(long id) => _keys.TryGetValue(id, out var key) ? key : _buckets.TryGetValue(Buckets.Of(id), out var bucket) ? bucket.Key : null;
}
