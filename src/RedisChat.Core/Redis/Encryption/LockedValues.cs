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
                return KeyErrors.Unusable(context.Keys, ThreadId.RuledBy(room), name, why, "nothing that it encrypted was changed or deleted");
            }
        }

        return null;
    }

    /// <summary>Throws that error, if there is one.</summary>
    public async ValueTask ThrowIfAnyAsync(RedisStoreContext context, string room, IEnumerable<long> unreadable, CancellationToken cancellationToken)
    {
        if (await FindProblemAsync(context, room, unreadable, cancellationToken).ConfigureAwait(false) is { } problem)
        {
            throw problem;
        }
    }

    /// <summary>The error for a process that has no keys.</summary>
    public static ChatDataException NoRing(KeyNames keys, string room) =>
        KeyErrors.NoRing(keys, room, "nothing that it cannot read was deleted", "deletes rooms, or messages by itself");

    private uint? KeyOf(long id) => _keys.TryGetValue(id, out var key) ? key : _buckets.TryGetValue(Buckets.Of(id), out var bucket) ? bucket.Key : null;
}
