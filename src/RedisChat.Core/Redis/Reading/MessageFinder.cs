using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Finds one message, open, sealed or in the archive: to return it, or to change it where it is.</summary>
/// <param name="context">The shared parts of the store.</param>
internal sealed class MessageFinder(RedisStoreContext context)
{
    /// <summary>Completes messages in progress that are read.</summary>
    public IUnfinishedMessages? Unfinished { get; init; }

    /// <summary>Reads the message.</summary>
    public ValueTask<Message?> GetAsync(string room, long id, CancellationToken cancellationToken) =>
        context.Calls.RunAsync(
            (Finder: this, Room: room, Id: id),
            static async (database, call, token) =>
            {
                using var found = await call.Finder.FindAsync(database, call.Room, call.Id, token, isRead: true).ConfigureAwait(false);
                var message = found is null ? null : call.Finder.Read(call.Room, found);
                message = message is not null && call.Finder.IsExpired(call.Room, message) ? null : message;
                return message is { Writing: WritingState.InProgress } && call.Finder.Unfinished is { } unfinished
                    ? (await unfinished.ReadAsync(call.Room, [message], token).ConfigureAwait(false))[call.Id]
                    : message;
            },
            cancellationToken);

    /// <summary>Finds the message before it is changed.</summary>
    public ValueTask<StoredMessage?> FindAsync(string room, long id, CancellationToken cancellationToken) =>
        context.Calls.RunBeforeChangeAsync(
            (Finder: this, Room: room, Id: id),
            static (database, call, token) => new ValueTask<StoredMessage?>(call.Finder.FindAsync(database, call.Room, call.Id, token)),
            cancellationToken);

    /// <summary>The same, for a change of the message itself. Fails if two servers claim to be the primary, because it is then unknown which of them has the message.</summary>
    public async ValueTask<StoredMessage?> FindOnPrimaryAsync(string room, long id, CancellationToken cancellationToken)
    {
        await context.Connection.GetDatabaseAsync(cancellationToken, writes: true).ConfigureAwait(false);
        return await FindAsync(room, id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Parses what was found.</summary>
    /// <exception cref="ChatDataException">It is not a message.</exception>
    public Message Read(string room, StoredMessage found) =>
        found.TryRead(out var message) ? message : throw UnreadableValue.Error(context.Keys, room, found);

    /// <summary>Whether the message has expired. One that has is deleted soon.</summary>
    public bool IsExpired(string room, Message message) => context.Expired.Notice(room, message);

    /// <summary>
    /// Finds the message in an open bucket or, requested after it in the same round trip, in a sealed one. If it is in the archive, puts its bucket back first, so that it can be changed; unless it is only read.
    /// </summary>
    public async Task<StoredMessage?> FindAsync(IDatabase database, string room, long id, CancellationToken cancellationToken, bool isRead = false)
    {
        var bucket = Buckets.Of(id);
        context.Rooms.TryGet(room, out var known);
        var asking = database.HashGetAsync(context.Keys.Bucket(room, bucket), id, CommandFlags.DemandMaster).Observed();
        var askingSealed = SealedBucket.MayBeSealed(bucket, known.Last, context.SealAfter) ? AskSealedAsync().Observed() : null;
        var cipher = await context.ReadingCipherAsync(room, cancellationToken).ConfigureAwait(false);
        var open = await asking.UntilAsync(cancellationToken).ConfigureAwait(false);
        if (!open.IsNull)
        {
            return await UnlockAsync(StoredMessage.Open(id, open, cipher, context.Ciphers is not null)).ConfigureAwait(false);
        }

        var content = await (askingSealed ?? AskSealedAsync()).UntilAsync(cancellationToken).ConfigureAwait(false);
        return content.IsNull ? await FindColdAsync().ConfigureAwait(false) : await SealedOrNoneAsync(content).ConfigureAwait(false);

        async Task<StoredMessage?> FindColdAsync()
        {
            var contents = await context.Cold.ReadAsync(new PrimaryReads(database), room, [bucket], cancellationToken).ConfigureAwait(false);
            var found = contents.TryGetValue(bucket, out var cold) ? await SealedOrNoneAsync(cold).ConfigureAwait(false) : null;
            if (found is null || isRead || found.Problem is not null)
            {
                // What cannot be decrypted cannot be changed either, so it stays where it is.
                return found;
            }

            found.Dispose();
            contents = await context.Cold.ThawAsync(database, room, [bucket], cancellationToken).ConfigureAwait(false);
            return contents.TryGetValue(bucket, out cold) ? await SealedOrNoneAsync(cold).ConfigureAwait(false) : null;
        }

        async ValueTask<StoredMessage?> SealedOrNoneAsync(RedisValue field)
        {
            var found = await UnlockAsync(StoredMessage.Sealed(id, field, cipher)).ConfigureAwait(false);
            if (found.Exists)
            {
                return found;
            }

            found.Dispose();
            return null;
        }

        // A key may have been added since those of the room were read.
        async ValueTask<StoredMessage> UnlockAsync(StoredMessage locked)
        {
            if (locked.Lacking is not { } key || context.Ciphers is not { } ciphers)
            {
                return locked;
            }

            locked.Dispose();
            cipher = await ciphers.RefreshAsync(room, cipher, key, cancellationToken).ConfigureAwait(false);
            return locked.IsSealed ? StoredMessage.Sealed(id, locked.Content, cipher) : StoredMessage.Open(id, locked.Content, cipher, mayBeEncrypted: true);
        }

        Task<RedisValue> AskSealedAsync() => database.HashGetAsync(context.Keys.Sealed(room), bucket, CommandFlags.DemandMaster);
    }
}
