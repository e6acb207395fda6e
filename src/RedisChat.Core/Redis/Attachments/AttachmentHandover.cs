using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Keeps notices of the attachments of a room that is being deleted, bucket by bucket, before the messages go. The same call writes the same notices, so that it can be repeated.</summary>
/// <remarks>It fails if this process cannot decrypt what others may be able to: those messages would go without notices.</remarks>
/// <param name="context">The shared parts of the store.</param>
/// <param name="upkeep">Says which rooms need work.</param>
internal sealed class AttachmentHandover(RedisStoreContext context, UpkeepIndex upkeep) : IErasedMessages, IDeletedRoom
{
    private const int BucketsAtOnce = 64;
    private const int WordsAtOnce = 1000;

    private static readonly RedisScript Script = new("attachments_keep.lua");

    private static readonly RedisValue[] Fields = ["uses", "last"];

    public bool Owns(string room, string key) => key == context.Keys.Attachments(room);

    public async ValueTask KeepAsync(string room, string mark, string uses, long first, long end, CancellationToken cancellationToken)
    {
        if (!uses.Contains(AttachmentKeys.Letter, StringComparison.Ordinal))
        {
            return;
        }

        var above = ThreadId.RuledBy(room);
        for (; first < end; first += BucketsAtOnce)
        {
            await upkeep.AddBeforeAsync(above, cancellationToken).ConfigureAwait(false);
            await context.Calls.RunAsync(
                (Handover: this, Room: room, Mark: mark, IsArchived: ArchivedField.IsIn(uses), First: first, End: Math.Min(first + BucketsAtOnce, end)),
                static async (database, call, token) =>
                {
                    await call.Handover.KeepAsync(database, call.Room, call.Mark, call.IsArchived, call.First, call.End, token).ConfigureAwait(false);
                    return true;
                },
                cancellationToken, writes: true).ConfigureAwait(false);
        }

        await upkeep.TryAddAsync(above).ConfigureAwait(false);
    }

    /// <summary>A thread goes with its room, and its buckets are removed like any other keys below the room.</summary>
    public async ValueTask ForgetAsync(string room, string mark, CancellationToken cancellationToken)
    {
        if (!ThreadId.IsThread(room))
        {
            return;
        }

        var fields = await context.Calls.RunAsync(
            (RedisKey)context.Keys.Room(room),
            static async (database, key, token) => await database.HashGetAsync(key, Fields, CommandFlags.DemandMaster).UntilAsync(token).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);
        if (StrictNumber.TryRead((string?)fields[1], out var last))
        {
            await KeepAsync(room, mark, (string?)fields[0] ?? "", 0, Buckets.Of(last) + 1, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task KeepAsync(IDatabase database, string room, string mark, bool isArchived, long first, long end, CancellationToken cancellationToken)
    {
        var numbers = Enumerable.Range(0, (int)(end - first)).Select(i => first + i).ToArray();
        var asking = numbers.Select(number => database.HashGetAllAsync(context.Keys.Bucket(room, number), CommandFlags.DemandMaster).Observed()).ToArray();
        var askingSealed = database.HashGetAsync(context.Keys.Sealed(room), Array.ConvertAll(numbers, number => (RedisValue)number), CommandFlags.DemandMaster).Observed();
        var cipher = await context.ReadingCipherAsync(room, cancellationToken).ConfigureAwait(false);
        var (messages, wasEncrypted, locked, unreadable) = (new List<Message>(), false, new LockedValues(), new List<long>());
        foreach (var asked in asking)
        {
            foreach (var entry in await asked.UntilAsync(cancellationToken).ConfigureAwait(false))
            {
                if (StrictNumber.TryRead(((ReadOnlyMemory<byte>)entry.Name).Span, out var id))
                {
                    wasEncrypted |= EncryptedJson.KeyIn(((ReadOnlyMemory<byte>)entry.Value).Span) is not null;
                    cipher = await WithKeyAsync(room, cipher, entry.Value, cancellationToken).ConfigureAwait(false);
                    if (!EncryptedValue.TryRead(cipher, BoxPlace.Message(id), ((ReadOnlyMemory<byte>)entry.Value).Span, out var message, out _))
                    {
                        locked.Add(id, ((ReadOnlyMemory<byte>)entry.Value).Span);
                        unreadable.Add(id);
                    }
                    else if (message.Attachments.Count > 0)
                    {
                        messages.Add(message);
                    }
                }
            }
        }

        var contents = await askingSealed.UntilAsync(cancellationToken).ConfigureAwait(false);
        if (isArchived && StrictNumber.TryReadEpoch(System.Text.Encoding.ASCII.GetBytes(mark.Split(' ', 2)[0]), out var epoch))
        {
            var archived = await ReadArchivedAsync(database, room, mark, epoch, numbers, cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < contents.Length; i++)
            {
                contents[i] = contents[i].IsNull && archived.TryGetValue(numbers[i], out var content) ? content : contents[i];
            }
        }

        for (var i = 0; i < contents.Length; i++)
        {
            wasEncrypted |= SealedBucket.KeyIn(((ReadOnlyMemory<byte>)contents[i]).Span) is not null;
            using var bucket = contents[i].IsNull ? null : await EncryptedBuckets.OpenAsync(context, room, numbers[i], contents[i], cancellationToken).ConfigureAwait(false);
            for (var id = Math.Max(1, numbers[i] * Buckets.Size); bucket is not null && id < (numbers[i] + 1) * Buckets.Size; id++)
            {
                if (bucket.TryGet(id, out var value) && MessageJson.TryRead(id, value.Span, out var message) && message.Attachments.Count > 0)
                {
                    messages.Add(message);
                }
            }
        }

        await locked.ThrowIfAnyAsync(context, room, unreadable, cancellationToken).ConfigureAwait(false);
        var store = messages.Count == 0 ? null : await NoticeCipher.ForRoomAsync(context, room, cancellationToken, wasEncrypted).ConfigureAwait(false);
        var notices = new List<RedisKeyOrValue>();
        foreach (var message in messages)
        {
            var field = AttachmentKeys.Field(room, message);
            notices.Add(field);
            notices.Add(AttachmentKeys.Value(message.Attachments, ReleaseReason.RoomDeleted, NoticeCipher.Place(room, field), store));
        }

        // Fields and values, so an even number.
        foreach (var some in notices.Chunk(WordsAtOnce))
        {
            RedisKeyOrValue[] words =
            [
                default(RedisKeyOrValue), default(RedisKeyOrValue), (RedisKey)context.Keys.Room(room), (RedisKey)context.Keys.Attachments(room), (RedisValue)mark, .. some,
            ];
            using var answer = await Script.RunAsync(database, words, keys: 2, CommandFlags.DemandMaster).AsTask().UntilAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<Dictionary<long, ReadOnlyMemory<byte>>> ReadArchivedAsync(
        IDatabase database, string room, string mark, ulong epoch, long[] numbers, CancellationToken cancellationToken)
    {
        try
        {
            return await context.Cold.ReadErasedAsync(database, room, epoch, numbers, cancellationToken).ConfigureAwait(false);
        }
        catch (ChatArchiveException)
        {
            // Another process may be further with this deletion. Then it has kept the notices, and perhaps removed the room from the archive.
            if (await DeletionMark.IsBeforeAsync(database, context.Keys.Room(room), mark, numbers[^1], cancellationToken).ConfigureAwait(false))
            {
                throw;
            }
        }

        return [];
    }

    /// <summary>The cipher with the key that a value needs, as far as it is there.</summary>
    private async ValueTask<RoomCipher?> WithKeyAsync(string room, RoomCipher? cipher, RedisValue value, CancellationToken cancellationToken) =>
        context.Ciphers is not { } ciphers || EncryptedJson.KeyIn(((ReadOnlyMemory<byte>)value).Span) is not { } key || cipher?.Keys.TryGet(key, out _) == true
            ? cipher
            : await ciphers.RefreshAsync(room, cipher, key, cancellationToken).ConfigureAwait(false);
}
