using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Rotates, rewraps and deletes the data keys of rooms and users' scopes.</summary>
internal sealed class RedisEncryption(RedisStoreContext context, RoomCiphers ciphers) : IEncryptionStore
{
    private static readonly RedisScript Rewrap = new("key_rewrap.lua");

    public async ValueTask<int> CountKeysAsync(string room, CancellationToken cancellationToken)
    {
        var fields = await ReadAsync(ThreadId.RuledBy(room), cancellationToken).ConfigureAwait(false);
        return fields.Count(field => field.Name != StoredKey.Current);
    }

    public async ValueTask RotateKeyAsync(string room, CancellationToken cancellationToken)
    {
        var scope = ThreadId.RuledBy(room);
        var before = await ReadAsync(scope, cancellationToken).ConfigureAwait(false);
        var current = before.FirstOrDefault(field => field.Name == StoredKey.Current).Value;
        if (current.IsNull && !ciphers.Encrypts(scope) && !UserScope.TryGetUser(scope, out _))
        {
            throw new ChatException("The room has no key, and AddEncryption does not choose it: its messages are not encrypted. Nothing was done.");
        }

        await ciphers.AddAsync(scope, current.IsNull ? "" : (string)current!, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<int> RewrapKeysAsync(string room, CancellationToken cancellationToken)
    {
        var scope = ThreadId.RuledBy(room);
        var (replaced, unusable) = await RewrapScopeAsync(scope, cancellationToken).ConfigureAwait(false);
        if (!UserScope.TryGetUser(scope, out _))
        {
            // No room has the key of the notices of attachments, so all rooms see to it.
            var ofNotices = await RewrapScopeAsync(UserScope.All, cancellationToken).ConfigureAwait(false);
            (replaced, unusable) = (replaced + ofNotices.Replaced, unusable ?? ofNotices.Unusable);
        }

        return unusable is null ? replaced : throw unusable;
    }

    /// <summary>Rewraps what can be unwrapped; returns how many keys that were, and the error for one that cannot be.</summary>
    private async ValueTask<(int Replaced, ChatDataException? Unusable)> RewrapScopeAsync(string scope, CancellationToken cancellationToken)
    {
        var words = new List<RedisKeyOrValue> { (RedisKey)context.Keys.DataKeys(scope) };
        ChatDataException? unusable = null;
        foreach (var field in await ReadAsync(scope, cancellationToken).ConfigureAwait(false))
        {
            if (field.Name == StoredKey.Current || !StoredKey.TryRead(field.Value, out var createdAt, out var wrapped)
                || await ciphers.Ring.IsCurrentAsync(wrapped, cancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            try
            {
                var secret = await ciphers.Ring.UnwrapAsync(wrapped, scope, cancellationToken).ConfigureAwait(false);
                var again = await ciphers.Ring.WrapAsync(secret, scope, cancellationToken).ConfigureAwait(false);
                words.AddRange([field.Name, field.Value, StoredKey.Write(createdAt, again)]);
            }
            catch (System.Security.Cryptography.CryptographicException e)
            {
                unusable ??= KeyErrors.Unusable(context.Keys, scope, field.Name!, e, "it was not rewrapped");
            }
        }

        var replaced = words.Count == 1 ? 0 : await context.Calls.RunAsync(
            words.ToArray(),
            static async (database, words, token) => (int)(await Rewrap.AskAsync(database, 1, words, token).ConfigureAwait(false))[0],
            cancellationToken,
            writes: true).ConfigureAwait(false);
        return (replaced, unusable);
    }

    public async ValueTask<bool> ShredKeysAsync(string room, CancellationToken cancellationToken)
    {
        var scope = ThreadId.RuledBy(room);
        var existed = await context.Calls.RunAsync(
            (RedisKey)context.Keys.DataKeys(scope),
            static (database, key, token) => database.KeyDeleteAsync(key, CommandFlags.DemandMaster).UntilAsync(token), cancellationToken, writes: true).ConfigureAwait(false);
        ciphers.Erase(scope);
        return existed;
    }

    private ValueTask<HashEntry[]> ReadAsync(string scope, CancellationToken cancellationToken) => context.Calls.RunAsync(
        (RedisKey)context.Keys.DataKeys(scope),
        static (database, key, token) => database.HashGetAllAsync(key, CommandFlags.DemandMaster).UntilAsync(token), cancellationToken);
}
