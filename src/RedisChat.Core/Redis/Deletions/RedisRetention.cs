using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Trims rooms by one script call for each step. It deletes all messages of some buckets at the beginning, as a bulk deletion does, and raises the room's field <c>first</c> in the same step, if that is still what was
/// read and the room is still the same; so wherever a process dies, and however many run, each step happens once. No append reaches these buckets, because they are full.
/// </summary>
internal sealed class RedisRetention(RedisStoreContext context, RoomChanger changer, DeletionSteps steps) : IRetentionStore
{
    // Each time, another call changed one of the messages, or sealed their bucket.
    private const int MostAttempts = 50;

    // The messages of three buckets, if none was deleted, and the ids that are searched for them.
    private const int MostMessages = 3 * Buckets.Size;
    private const int MostIds = 8192;

    private readonly KeyNames _keys = context.Keys;

    /// <summary>A step as it was read.</summary>
    /// <param name="Epoch">The room's epoch.</param>
    /// <param name="Read">The messages that go; <see langword="null"/> if nothing may go.</param>
    /// <param name="Unreadable">The ids of what goes and is not a message. In a sealed bucket that cannot be opened, that may be any id of the bucket.</param>
    /// <param name="Count">How many messages go, with those that cannot be read.</param>
    /// <param name="First">The room's field <c>first</c>.</param>
    /// <param name="Below">What it becomes.</param>
    /// <param name="Next">When more may go, counted from now.</param>
    private sealed record Found(ulong Epoch, MessagesToDelete? Read, IReadOnlyList<long> Unreadable, long Count, RedisValue First, long Below, TimeSpan? Next);

    public async ValueTask<TrimmedStep> TrimStepAsync(string room, RetentionPolicy policy, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await context.Connection.GetDatabaseAsync(cancellationToken, writes: true).ConfigureAwait(false);
        for (var attempt = 1; attempt <= MostAttempts; attempt++)
        {
            var found = await FindAsync(room, policy, now, cancellationToken).ConfigureAwait(false);
            if (found.Read is null)
            {
                return new TrimmedStep(0, found.Next);
            }

            await steps.PrepareAsync(room, found.Read, cancellationToken).ConfigureAwait(false);
            RedisValue[] values = [];
            if (await changer.RunAsync(room, values, state => ReferenceEquals(state.Values, values) ? Trim(room, found, state.Cipher) : null, cancellationToken, encrypts: true).ConfigureAwait(false) is not null)
            {
                return new TrimmedStep(found.Count, found.Next);
            }
        }

        throw new ChatUnavailableException($"Other callers changed the same messages {MostAttempts} times in a row. Nothing of this step was done.");
    }

    private ValueTask<Found> FindAsync(string room, RetentionPolicy policy, DateTimeOffset now, CancellationToken cancellationToken) =>
        context.Calls.RunBeforeChangeAsync(
            (Trims: this, Room: room, Policy: policy, Now: now),
            static (database, call, token) => new ValueTask<Found>(call.Trims.FindAsync(database, call.Room, call.Policy, call.Now, token)), cancellationToken);

    private async Task<Found> FindAsync(IDatabase database, string room, RetentionPolicy policy, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var reads = new PrimaryReads(database);
        var counting = database.HashGetAsync(_keys.Room(room), [HistoryStart.Field, MessageEditor.DeletedField], CommandFlags.DemandMaster).Observed();
        var (position, uses) = await RoomCounters.ReadAsync(reads, _keys, room).UntilAsync(cancellationToken).ConfigureAwait(false);
        var counts = await counting.UntilAsync(cancellationToken).ConfigureAwait(false);
        var last = position.MessageId;
        var (start, deleted) = (Number(room, counts, 0) is 0 ? 1 : Number(room, counts, 0), Number(room, counts, 1));

        // Only buckets that no append can reach, and none of the last 128 ids.
        var end = Math.Min(Math.Max(0, last - (Buckets.Size - 1)), start + MostIds) / Buckets.Size * Buckets.Size;
        if (end <= start)
        {
            return new Found(position.Epoch, null, [], 0, counts[0], start, null);
        }

        if (context.Ciphers is null && uses.Contains(RoomCiphers.Letter, StringComparison.Ordinal))
        {
            throw LockedValues.NoRing(_keys, room);
        }

        var locked = new LockedValues();
        using var reader = steps.OpenReader(reads, room, last, uses, locked, cancellationToken);
        var ids = new RoomIds(start - 1, end - 1, _keys.Room(room), "last", start, new GoneBuckets(reads, _keys, room));
        var messages = await PageCollector.CollectAsync(ids.NewerAsync, reader.ReadAsync, MostMessages).UntilAsync(cancellationToken).ConfigureAwait(false);

        // What was not read to its end stays for the next step.
        end = messages.Count > MostMessages ? Buckets.Of(messages[^1].Id) * Buckets.Size : end;
        var lost = reader.Unreadable.Select(value => value.Id).OfType<long>().Where(id => id < end).Distinct().ToList();
        await locked.ThrowIfAnyAsync(context, room, lost, cancellationToken).ConfigureAwait(false);

        // If a key was deleted, messages in open buckets still have their times and authors. Nothing is known of the others.
        var found = messages.Where(message => message.Id < end).Select(message => (message.Id, Message: (Message?)message))
            .Concat(lost.Select(id => (Id: id, Message: locked.TryGet(id, out var open) ? open : null))).OrderBy(value => value.Id).ToList();

        // Empty buckets go with those before them.
        var (below, gone, count, present) = (end, new List<Message>(), 0L, last - deleted);
        var next = (TimeSpan?)TimeSpan.Zero;
        foreach (var bucket in found.GroupBy(value => Buckets.Of(value.Id)))
        {
            if (gone.Count >= MostMessages)
            {
                below = bucket.Key * Buckets.Size;
                break;
            }

            // Times ascend with ids, so what cannot be read is not newer than the next message that can.
            var times = bucket.Where(value => value.Message is not null).Select(value => value.Message!.Timestamp).ToList();
            var newest = times.Count > 0 ? times.Max()
                : policy.MaxAge is null ? null
                : found.Find(value => value.Id > bucket.Key * Buckets.Size && value.Message is not null).Message?.Timestamp
                ?? await FindLaterAsync(reader, locked, end, last).UntilAsync(cancellationToken).ConfigureAwait(false);
            var isOld = policy.MaxAge is { } age && now - newest > age;
            var size = times.Count == 0 && locked.CountIn(bucket.Key) is { } known ? known : bucket.Count();
            if (!isOld && !(policy.MaxMessages is { } most && present - count - size >= most))
            {
                next = policy.MaxAge is { } limit ? (newest ?? now) + limit - now + TimeSpan.FromMilliseconds(1) : null;
                below = bucket.Key * Buckets.Size;
                break;
            }

            count += size;
            gone.AddRange(bucket.Select(value => value.Message).OfType<Message>());
        }

        // What cannot be read in the archive is removed there in the same way: it is put back, and deleted.
        var unreadable = found.Where(value => value.Message is null && value.Id < below).Select(value => value.Id).ToList();
        var buckets = gone.Select(message => message.Id).Concat(ArchivedField.IsIn(uses) ? unreadable : []).Select(Buckets.Of).Distinct().ToList();
        return below <= start
            ? new Found(position.Epoch, null, [], 0, counts[0], start, next)
            : new Found(
                position.Epoch, await steps.ReadAsync(database, room, uses, gone, buckets, reader.Digests, cancellationToken).ConfigureAwait(false),
                unreadable, count, counts[0], below, next);
    }

    /// <summary>A time that no message below an id can have exceeded: that of a message from there on, as near as one read finds it; <see langword="null"/> if it finds none.</summary>
    private static async Task<DateTimeOffset?> FindLaterAsync(BucketReader reader, LockedValues locked, long end, long last)
    {
        var ids = Enumerable.Range(0, 48).Select(power => end - 1 + (1L << power)).Concat(Enumerable.Range(0, 16).Select(back => last - back))
            .Where(id => id >= end && id <= last).Distinct().Order().ToList();
        var found = new List<Message>();
        await reader.ReadAsync(ids, found, int.MaxValue).ConfigureAwait(false);
        return found.Concat(ids.Select(id => locked.TryGet(id, out var open) ? open : null).OfType<Message>()).MinBy(message => message.Id)?.Timestamp;
    }

    private RoomChange? Trim(string room, Found found, RoomCipher? cipher)
    {
        var hash = _keys.Room(room);
        var change = new RoomChange(_keys, room, ChangedTrims.Kind, found.Below, RoomPermit.Application)
            .Expect(hash, "epoch", found.Epoch.ToString("x", CultureInfo.InvariantCulture)).Expect(hash, HistoryStart.Field, found.First);
        if (!steps.TryAddTo(change, room, found.Read!, cipher, (found.Unreadable, found.Count)))
        {
            return null;
        }

        foreach (var author in found.Read!.Messages.Select(message => message.User).Distinct(StringComparer.Ordinal))
        {
            change.Cut(_keys.Author(room, author), found.Below);
        }

        return change.Set(hash, HistoryStart.Field, found.Below).Mark(RoomCounters.Expires);
    }

    private long Number(string room, RedisValue[] fields, int field) =>
        fields[field].IsNull ? 0
        : StrictNumber.TryRead(((ReadOnlyMemory<byte>)fields[field]).Span, out var number) ? number
        : throw new ChatDataException(string.Create(
            CultureInfo.InvariantCulture, $"A counter of the hash '{_keys.Room(room)}' is not what the chat writes there. Another program may be using the same key prefix."))
        {
            Key = _keys.Room(room),
            Field = field == 0 ? HistoryStart.Field : MessageEditor.DeletedField,
        };
}
