using System.Collections.Concurrent;
using System.Security.Cryptography;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// The ciphers of rooms and users' scopes. Reads the data keys when a process first needs them, and again when a value names a key that is not among them. A thread has the keys of its room.
/// </summary>
/// <param name="context">The shared parts of the store.</param>
/// <param name="encryption">The key ring, and which rooms are encrypted.</param>
internal sealed class RoomCiphers(RedisStoreContext context, ChatEncryption encryption)
{
    /// <summary>How long data keys are used before they are read again: so long after its keys were deleted, a process may still read a room.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private static readonly RedisScript AddKey = new("key_add.lua");

    private readonly RecentRooms<ScopeKeys> _known = new(context.Options.RoomCacheSize);
    // Steps that cannot wait need these, however many rooms there are: see NoticeCipher.
    private volatile ScopeKeys? _ofAll;

    private readonly ConcurrentDictionary<string, Lazy<Task<ScopeKeys>>> _loading = new(StringComparer.Ordinal);

    // How often keys were removed: what was read before must not be put back after.
    private long _erasures;

    /// <summary>Wraps and unwraps the data keys.</summary>
    public ScopeKeyRing Ring { get; } = new(encryption.Keys, context.Time);

    /// <summary>Whether new messages of a room are encrypted. Those of the room that health checks use are not.</summary>
    public bool Encrypts(string room) => room.Length > 0 && !UserScope.TryGetUser(room, out _) && encryption.Encrypts(ThreadId.RuledBy(room));

    /// <summary>Whether what is derived from a room's messages is encrypted: also in a room that is no longer chosen, but has a key.</summary>
    public bool KeepsSecret(string room) => Encrypts(room) || (TryGetKnown(ThreadId.RuledBy(room), out var keys) && keys!.CurrentName.Length > 0);

    /// <summary>The room's cipher, if its keys are known in this process.</summary>
    public RoomCipher? TryGet(string room)
    {
        var scope = ThreadId.RuledBy(room);
        if (!TryGetKnown(scope, out var keys))
        {
            return null;
        }

        if (!IsFresh(keys!))
        {
            Begin(scope);
        }

        return new RoomCipher(room, keys!);
    }

    /// <summary>The cipher to read a room with; <see langword="null"/> if it has probably no encrypted messages. A message that needs another key shows that it is not up to date: see <see cref="RefreshAsync"/>.</summary>
    public ValueTask<RoomCipher?> ForReadingAsync(string room, CancellationToken cancellationToken)
    {
        var scope = ThreadId.RuledBy(room);
        if (TryGetKnown(scope, out var keys) && IsFresh(keys!))
        {
            return new ValueTask<RoomCipher?>(new RoomCipher(room, keys!));
        }

        context.Rooms.TryGet(room, out var known);
        return Encrypts(room) || keys is not null || known.Uses?.Contains(Letter, StringComparison.Ordinal) == true ? LoadAsync(room, cancellationToken) : default;
    }

    /// <summary>The cipher to send with; <see langword="null"/> if the room is not encrypted. Creates the room's first key.</summary>
    public ValueTask<RoomCipher?> ForSendingAsync(string room, CancellationToken cancellationToken) => Encrypts(room) ? EnsureAsync(room, cancellationToken) : default;

    /// <summary>The cipher for a change of what was read; <see langword="null"/> to write plain values. What is encrypted stays encrypted, whatever the settings are.</summary>
    public ValueTask<RoomCipher?> ForChangingAsync(string room, CancellationToken cancellationToken) =>
        UserScope.TryGetUser(room, out _) || KeepsSecret(room)
            ? EnsureAsync(room, cancellationToken)
            : default;

    /// <summary>The cipher with the key for new values, which is created if there is none.</summary>
    public ValueTask<RoomCipher?> EnsureAsync(string room, CancellationToken cancellationToken) =>
        TryGetKnown(ThreadId.RuledBy(room), out var keys) && IsFresh(keys!) && keys!.Current is not null
            ? new ValueTask<RoomCipher?>(new RoomCipher(room, keys))
            : CreateAsync(room, cancellationToken);

    /// <summary>The same for a value that is written in another slot than that of its key, so that no script can compare that with the present one: the keys are read again.</summary>
    public ValueTask<RoomCipher?> EnsurePresentAsync(string room, CancellationToken cancellationToken)
    {
        Forget(room);
        return EnsureAsync(room, cancellationToken);
    }

    /// <summary>Reads the keys again, because a value names one that was not among them, unless that was in vain before.</summary>
    /// <param name="room">The room.</param>
    /// <param name="cipher">The cipher that lacks the key, if there is one.</param>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async ValueTask<RoomCipher?> RefreshAsync(string room, RoomCipher? cipher, uint key, CancellationToken cancellationToken)
    {
        if (cipher is not null && (cipher.Keys.TryGet(key, out _) || cipher.Keys.IsMissing(key)))
        {
            return cipher;
        }

        var found = await LoadAsync(room, cancellationToken).ConfigureAwait(false);
        if (!found!.Keys.TryGet(key, out _))
        {
            // The first read may have begun before the key was added. This one begins later.
            found = await LoadAsync(room, cancellationToken).ConfigureAwait(false);
        }

        if (!found!.Keys.TryGet(key, out _))
        {
            found.Keys.SetMissing(key);
        }

        return found;
    }

    /// <summary>Reads the keys of a room again before they are next used, because another one may be its present key, or they were deleted.</summary>
    public void Forget(string room)
    {
        if (TryGetKnown(ThreadId.RuledBy(room), out var keys))
        {
            keys!.IsOutdated = true;
        }
    }

    /// <summary>Removes the keys of a room from the memory of this process, because they were deleted.</summary>
    public void Erase(string room)
    {
        Interlocked.Increment(ref _erasures);
        Remove(ThreadId.RuledBy(room));
    }

    /// <summary>Adds a key for new values.</summary>
    /// <param name="room">The room.</param>
    /// <param name="before">The present one; empty if there is none. If there is another one, no key is added.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <param name="isMigrating">Whether it is for a room that this process is migrating, and which is closed to everyone else.</param>
    public async ValueTask<ScopeKeys> AddAsync(string room, string before, CancellationToken cancellationToken, bool isMigrating = false)
    {
        var scope = ThreadId.RuledBy(room);
        var secret = RandomNumberGenerator.GetBytes(DataKey.Length);
        var wrapped = await Ring.WrapAsync(secret, scope, cancellationToken).ConfigureAwait(false);
        var erasures = Volatile.Read(ref _erasures);
        var fields = await context.Calls.RunAsync(
            (Context: context, Scope: scope, Before: before, Name: new DataKey(secret, 0).Name, Wrapped: StoredKey.Write(wrapped), IsMigrating: isMigrating),
            static async (database, call, token) => await AddKey.AskAsync(
                database,
                2,
                [
                    (RedisKey)call.Context.Keys.DataKeys(call.Scope), (RedisKey)call.Context.Keys.Room(call.Scope),
                    (RedisValue)call.Before, (RedisValue)call.Name, call.Wrapped, (RedisValue)(call.IsMigrating ? "1" : "0"),
                ],
                token).ConfigureAwait(false),
            cancellationToken,
            writes: true).ConfigureAwait(false);
        return await UnwrapAsync(scope, [.. fields.Chunk(2).Select(pair => new HashEntry(pair[0], pair[1]))], context.Time.GetTimestamp(), erasures, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The letter of rooms with encrypted messages in the field <c>uses</c>.</summary>
    public const char Letter = 'e';

    private bool TryGetKnown(string scope, out ScopeKeys? keys)
    {
        if (scope != UserScope.All)
        {
            return _known.TryGet(scope, out keys);
        }

        keys = _ofAll;
        return keys is not null;
    }

    private void Remove(string scope)
    {
        _known.Remove(scope);
        if (scope == UserScope.All)
        {
            _ofAll = null;
        }
    }

    private bool IsFresh(ScopeKeys keys) => !keys.IsOutdated && context.Time.GetElapsedTime(keys.LoadedAt) < Lifetime;

    private async ValueTask<RoomCipher?> LoadAsync(string room, CancellationToken cancellationToken) =>
        new RoomCipher(room, await Begin(ThreadId.RuledBy(room)).UntilAsync(cancellationToken).ConfigureAwait(false));

    private async ValueTask<RoomCipher?> CreateAsync(string room, CancellationToken cancellationToken)
    {
        var scope = ThreadId.RuledBy(room);
        var keys = (await LoadAsync(room, cancellationToken).ConfigureAwait(false))!.Keys;
        if (keys.CurrentName.Length == 0)
        {
            keys = await AddAsync(room, "", cancellationToken).ConfigureAwait(false);
        }

        return keys.Current is not null
            ? new RoomCipher(room, keys)
            : throw KeyErrors.Unusable(context.Keys, scope, keys.CurrentName, keys.Problems.GetValueOrDefault(keys.CurrentName));
    }

    /// <summary>Reads the keys, once for all callers at the same time.</summary>
    private Task<ScopeKeys> Begin(string scope)
    {
        // It begins once it is among those that are loading, and leaves them before it ends.
        var reading = _loading.GetOrAdd(
            scope, static (scope, ciphers) => new Lazy<Task<ScopeKeys>>(() => Background.Run(() => ciphers.ReadAsync(scope))), this).Value;
        reading.Observe();
        return reading;
    }

    private async Task<ScopeKeys> ReadAsync(string scope)
    {
        try
        {
            var (now, erasures) = (context.Time.GetTimestamp(), Volatile.Read(ref _erasures));
            var fields = await context.Calls.RunAsync(
                (RedisKey)context.Keys.DataKeys(scope),
                static (database, key, token) => database.HashGetAllAsync(key, CommandFlags.DemandMaster).UntilAsync(token), CancellationToken.None).ConfigureAwait(false);
            return await UnwrapAsync(scope, fields, now, erasures, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _loading.TryRemove(scope, out _);
        }
    }

    /// <summary>Unwraps the keys that were read, and keeps them, unless keys were removed since.</summary>
    private async ValueTask<ScopeKeys> UnwrapAsync(string scope, HashEntry[] fields, long now, long erasures, CancellationToken cancellationToken)
    {
        var (keys, problems, current) = (new Dictionary<uint, DataKey>(), new Dictionary<string, Exception>(StringComparer.Ordinal), "");
        var stored = new Dictionary<string, (RedisValue Value, DataKey Key)>(StringComparer.Ordinal);
        TryGetKnown(scope, out var before);
        foreach (var field in fields)
        {
            var name = (string)field.Name!;
            if (name == StoredKey.Current)
            {
                current = (string)field.Value!;
                continue;
            }

            try
            {
                // What was unwrapped before is not unwrapped again, so a ring that does not work at present stops nobody who has the keys.
                var key = before?.Stored.TryGetValue(name, out var same) == true && same.Value == field.Value
                    ? same.Key
                    : await UnwrapAsync(scope, name, field.Value, cancellationToken).ConfigureAwait(false);
                keys[key.Id] = key;
                stored[name] = (field.Value, key);
            }
            catch (CryptographicException e)
            {
                problems[name] = e;
                ChatLog.DataKeyUnusable(context.Logger, context.Keys.DataKeys(scope), name, e.Message);
            }
        }

        var found = new ScopeKeys(keys, current, problems, now) { Stored = stored };
        if (scope == UserScope.All)
        {
            _ofAll = found;
        }
        else
        {
            _known.Set(scope, found);
        }

        if (Volatile.Read(ref _erasures) != erasures)
        {
            Remove(scope);
        }

        return found;
    }

    private async ValueTask<DataKey> UnwrapAsync(string scope, string name, RedisValue value, CancellationToken cancellationToken)
    {
        if (!StoredKey.TryRead(value, out var createdAt, out var wrapped))
        {
            throw new CryptographicException("The field does not hold a wrapped key.");
        }

        var secret = await Ring.UnwrapAsync(wrapped, scope, cancellationToken).ConfigureAwait(false);
        return secret.Length == DataKey.Length && new DataKey(secret, createdAt) is var key && key.Name == name
            ? key
            : throw new CryptographicException("The key ring returned another key than the one that was wrapped.");
    }
}
