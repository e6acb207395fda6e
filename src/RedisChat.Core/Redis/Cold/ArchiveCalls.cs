using System.Globalization;

namespace RedisChat.Redis;

/// <summary>Calls the application's archive: translates its errors, and caches what was read last.</summary>
internal sealed class ArchiveCalls(RedisStoreContext context)
{
    private const int CacheBytes = 8 * 1024 * 1024;

    private readonly ColdCache _cache = new(CacheBytes);

    /// <summary>The numbers of archived buckets that have messages of a user.</summary>
    public ValueTask<IReadOnlyList<long>> FindAsync(string room, ulong epoch, string user, long first, long last, bool descending, int limit, CancellationToken cancellationToken) =>
        CallAsync(archive => archive.FindAsync(room, epoch, user, first, last, descending, limit, cancellationToken), cancellationToken);

    /// <summary>Stores buckets durably: see <see cref="IRoomArchive.PutAsync"/>.</summary>
    public ValueTask<bool> PutAsync(string room, ulong epoch, IReadOnlyList<ArchivedBucket> buckets, CancellationToken cancellationToken) =>
        CallAsync(archive => archive.PutAsync(room, epoch, buckets, cancellationToken), cancellationToken);

    /// <summary>Removes what the archive has of a room that is being deleted.</summary>
    public async ValueTask RemoveRoomAsync(string room, ulong epoch, CancellationToken cancellationToken) =>
        await CallAsync(
            async archive =>
            {
                await archive.RemoveRoomAsync(room, epoch, cancellationToken).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);

    /// <summary>Reads buckets, from the cache if nothing was put back since they were read.</summary>
    /// <param name="room">The room.</param>
    /// <param name="epoch">Its epoch.</param>
    /// <param name="thaws">See <see cref="ArchivedField.Thaws"/>.</param>
    /// <param name="numbers">The buckets.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <param name="isFresh">Whether to ask the archive even for what is cached.</param>
    /// <returns>The contents of those that have messages, by number.</returns>
    /// <exception cref="ChatArchiveException">The archive failed, or lacks one of them.</exception>
    public async ValueTask<Dictionary<long, ReadOnlyMemory<byte>>> ReadAsync(string room, ulong epoch, long thaws, List<long> numbers, CancellationToken cancellationToken, bool isFresh = false)
    {
        var found = new Dictionary<long, ReadOnlyMemory<byte>>(numbers.Count);
        var missing = new List<long>();
        foreach (var number in numbers)
        {
            if (isFresh || !_cache.TryGet(room, number, epoch, thaws, out var content))
            {
                missing.Add(number);
            }
            else if (!content.IsEmpty)
            {
                found.Add(number, content);
            }
        }

        if (missing.Count == 0)
        {
            return found;
        }

        var read = await ReadCopiesAsync(room, epoch, missing, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < missing.Count; i++)
        {
            if ((i < read.Count ? read[i] : null) is not { } bucket || bucket.Number != missing[i])
            {
                throw Lacks(missing[i]);
            }

            _cache.Set(room, bucket.Number, epoch, thaws, bucket.Content);
            if (!bucket.Content.IsEmpty)
            {
                found.Add(bucket.Number, bucket.Content);
            }
        }

        return found;
    }

    /// <summary>Reads what the archive has, also copies that do not count because Redis has the bucket.</summary>
    public ValueTask<IReadOnlyList<ArchivedBucket?>> ReadCopiesAsync(string room, ulong epoch, IReadOnlyList<long> numbers, CancellationToken cancellationToken) =>
        CallAsync(archive => archive.ReadAsync(room, epoch, numbers, cancellationToken), cancellationToken);

    /// <summary>Throws if this process has no archive.</summary>
    public void Require() => Required();

    /// <summary>The error for a bucket that was moved to the archive and is not there.</summary>
    public static ChatArchiveException Lacks(long number) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"The archive lacks messages {Math.Max(number * Buckets.Size, 1)} to {((number + 1) * Buckets.Size) - 1} of the room, which were moved there. Is it the right archive? If it lost data, restore its backup."));

    private async ValueTask<T> CallAsync<T>(Func<IRoomArchive, ValueTask<T>> call, CancellationToken cancellationToken)
    {
        var archive = Required();
        try
        {
            return await call(archive).AsTask().UntilAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not ChatException && !(e is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            // An archive that does not answer is what the deadline of the operation is for.
            throw new ChatArchiveException("The archive of old messages failed. Recent messages can still be read. The inner exception says why.", e);
        }
    }

    private IRoomArchive Required() =>
        context.Archive ?? throw new ChatArchiveException("Old messages of the room are in an archive, and this process has none. Register the same archive in all processes: AddFileArchive or AddRoomArchive.");
}
