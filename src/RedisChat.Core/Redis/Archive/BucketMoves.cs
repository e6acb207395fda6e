using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Copies buckets, stores the copies in the archive, and removes the buckets that are still the same. Which ones may go is decided by <see cref="RedisArchiving"/>.</summary>
/// <param name="context">The shared parts of the store.</param>
internal sealed class BucketMoves(RedisStoreContext context)
{
    private static readonly RedisScript CopyScript = new("bucket_copy.lua");
    private static readonly RedisScript MoveScript = new("bucket_archive.lua");

    // After a conflict, or if the archive refused a copy.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongPause = TimeSpan.FromMinutes(1);

    private readonly KeyNames _keys = context.Keys;

    /// <summary>Reads buckets at one moment, which is the version of the copies.</summary>
    public async ValueTask<(ulong Epoch, long Now, long Version, List<CopiedBucket> Copies)> CopyAsync(
        IDatabase database, string room, long[] numbers, RoomCipher? cipher, CancellationToken cancellationToken)
    {
        RedisKeyOrValue[] words =
        [
            (RedisKey)_keys.Room(room), (RedisKey)_keys.Sealed(room), (RedisKey)_keys.Thawed(room),
            .. numbers.Select(number => (RedisKeyOrValue)(RedisKey)_keys.Bucket(room, number)),
            .. numbers.Select(number => (RedisKeyOrValue)(RedisValue)number),
        ];
        var answer = await CopyScript.AskAsync(database, 3 + numbers.Length, words, cancellationToken).ConfigureAwait(false);
        var copies = new List<CopiedBucket>(numbers.Length);
        if (answer.Length == 0 || !StrictNumber.TryReadEpoch(((ReadOnlyMemory<byte>)answer[0]).Span, out var epoch))
        {
            return (0, 0, 0, copies);
        }

        var at = 4;
        for (var i = 0; i < numbers.Length && at < answer.Length; i++)
        {
            var start = at;
            var copy = CopiedBucket.Read(numbers[i], answer, ref at, cipher);
            while (copy.Lacking is { } key && await ArchivingCiphers.WithKeyAsync(context, room, cipher, key, cancellationToken).ConfigureAwait(false) is { } other)
            {
                (cipher, at) = (other, start);
                copy = CopiedBucket.Read(numbers[i], answer, ref at, cipher);
            }

            copies.Add(copy);
        }

        return (epoch, (long)answer[2], (long)answer[3], copies);
    }

    /// <summary>Marks the room: from now on, readers ask the archive.</summary>
    public async ValueTask MarkAsync(IDatabase database, string room, ulong epoch, CancellationToken cancellationToken) =>
        await MoveScript.AskAsync(
            database, 4,
            [
                (RedisKey)_keys.Room(room), (RedisKey)_keys.Sealed(room), (RedisKey)_keys.Thawed(room), (RedisKey)_keys.DataKeys(ThreadId.RuledBy(room)), (RedisValue)epoch.ToString("x", CultureInfo.InvariantCulture),
                RedisValue.EmptyString, RedisValue.EmptyString, (RedisValue)0, RedisValue.EmptyString,
            ],
            cancellationToken).ConfigureAwait(false);

    /// <summary>Stores copies in the archive, and removes the buckets from Redis.</summary>
    /// <param name="database">The database.</param>
    /// <param name="room">The room.</param>
    /// <param name="epoch">Its epoch.</param>
    /// <param name="version">The version of the copies.</param>
    /// <param name="copies">The buckets.</param>
    /// <param name="below">The first bucket that was not moved.</param>
    /// <param name="end">What it is afterward.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async ValueTask<ArchivedStep> TryMoveAsync(
        IDatabase database, string room, ulong epoch, long version, List<CopiedBucket> copies, long below, long end, CancellationToken cancellationToken)
    {
        var packedWith = copies.Select(copy => copy.PackedWith).Where(name => name.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        if (packedWith.Count > 1)
        {
            // The key was rotated meanwhile. Only one of them can be the present one.
            context.Ciphers!.Forget(room);
            return new ArchivedStep(0, Pause) { IsWaiting = true };
        }

        foreach (var copy in copies.Where(copy => copy.Stays))
        {
            copy.Users = await ReadUsersAsync(database, room, copy.Number, cancellationToken).ConfigureAwait(false);
        }

        var buckets = copies.ConvertAll(copy => new ArchivedBucket(copy.Number, version) { Content = copy.Content, Users = copy.Users });
        if (!await context.Cold.Archive.PutAsync(room, epoch, buckets, cancellationToken).ConfigureAwait(false))
        {
            ChatLog.ArchiveIsAhead(context.Logger);
            return new ArchivedStep(0, LongPause) { IsWaiting = true };
        }

        var users = end > below ? copies.SelectMany(copy => copy.Users).Distinct(StringComparer.Ordinal).ToList() : [];
        RedisKeyOrValue[] words =
        [
            (RedisKey)_keys.Room(room), (RedisKey)_keys.Sealed(room), (RedisKey)_keys.Thawed(room), (RedisKey)_keys.DataKeys(ThreadId.RuledBy(room)),
            .. copies.Select(copy => (RedisKeyOrValue)(RedisKey)_keys.Bucket(room, copy.Number)),
            .. users.Select(user => (RedisKeyOrValue)(RedisKey)_keys.Author(room, user)),
            (RedisValue)epoch.ToString("x", CultureInfo.InvariantCulture), (RedisValue)below, (RedisValue)end, (RedisValue)copies.Count, (RedisValue)packedWith.FirstOrDefault(""),
            .. copies.SelectMany(copy => new[] { copy.Number, copy.Mark }.Concat(copy.Condition).Select(word => (RedisKeyOrValue)word)),
        ];
        var answer = await MoveScript.AskAsync(database, 4 + copies.Count + users.Count, words, cancellationToken).ConfigureAwait(false);

        // Otherwise something was changed since the copy, and the next copy replaces this one.
        if (answer[0] != "1" && packedWith.Count > 0)
        {
            context.Ciphers!.Forget(room);
        }

        return answer[0] == "1" ? new ArchivedStep(copies.Count, TimeSpan.Zero) : new ArchivedStep(0, Pause) { IsWaiting = true };
    }

    /// <summary>The authors in a bucket that stays in Redis: of the messages that can be read, and of encrypted ones, as long as the bucket is open.</summary>
    private async ValueTask<IReadOnlyList<string>> ReadUsersAsync(IDatabase database, string room, long number, CancellationToken cancellationToken)
    {
        var locked = new LockedValues();
        using var messages = new BucketReader(new PrimaryReads(database), _keys, room, context.SealAfter, cancellationToken) { IsAnyBucketSealed = true, Ciphers = context.Ciphers, Undecrypted = locked };
        var found = new List<Message>();
        await messages.ReadAsync([.. Enumerable.Range(0, Buckets.Size).Select(i => (number * Buckets.Size) + i).Where(id => id > 0)], found, int.MaxValue)
            .UntilAsync(cancellationToken).ConfigureAwait(false);
        return [.. found.Concat(locked.Open).Select(message => message.User).Distinct(StringComparer.Ordinal)];
    }
}
