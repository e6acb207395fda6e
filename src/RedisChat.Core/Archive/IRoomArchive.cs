namespace RedisChat;

/// <summary>Where a chat moves the old messages of its rooms, so that Redis holds only the recent ones: see <see cref="ChatOptions.Archive"/>.</summary>
/// <remarks>
/// <para>
/// The history is one: readers ask Redis first, and the archive for buckets that were moved. A bucket holds the messages of 128 consecutive ids. It is removed from Redis only after <see cref="PutAsync"/> has
/// returned, so what it has accepted must survive a crash.
/// </para>
/// <para>
/// Several processes may put the same bucket, and one that was stopped for a long time may put an old copy. <see cref="ArchivedBucket.Version"/> decides: a copy never replaces one with a greater version. Room ids are those
/// of <see cref="ChatLimits"/>; a room that was deleted and created again has another epoch. Errors are thrown as they are; the chat wraps them in <see cref="ChatArchiveException"/>.
/// </para>
/// <para>Implementations are thread-safe. <c>RoomArchiveTests</c> in the conformance suite defines the contract.</para>
/// </remarks>
public interface IRoomArchive
{
    /// <summary>Stores buckets durably. Each replaces the copy that is there, unless that has a greater version.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="epoch">The room's epoch.</param>
    /// <param name="buckets">The buckets, by ascending number, at least one.</param>
    /// <param name="cancellationToken">Stops waiting; the buckets may still be stored.</param>
    /// <returns><see langword="false"/> if a bucket was not stored, because the archive has a copy with a greater version, or the room was removed. The others may have been stored.</returns>
    ValueTask<bool> PutAsync(string room, ulong epoch, IReadOnlyList<ArchivedBucket> buckets, CancellationToken cancellationToken = default);

    /// <summary>Reads buckets.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="epoch">The room's epoch.</param>
    /// <param name="numbers">The numbers of the buckets, each once.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The buckets in the same order; <see langword="null"/> for one that was never put. <see cref="ArchivedBucket.Users"/> may be left empty.</returns>
    ValueTask<IReadOnlyList<ArchivedBucket?>> ReadAsync(string room, ulong epoch, IReadOnlyList<long> numbers, CancellationToken cancellationToken = default);

    /// <summary>Finds the buckets that have messages of a user, as <see cref="ArchivedBucket.Users"/> says.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="epoch">The room's epoch.</param>
    /// <param name="user">The user's id.</param>
    /// <param name="first">The lowest number.</param>
    /// <param name="last">The highest number. If it is less than the lowest, there are no buckets.</param>
    /// <param name="descending">Whether to begin with the highest number.</param>
    /// <param name="limit">The most numbers to return, at least 1.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The numbers, the first ones in this order.</returns>
    ValueTask<IReadOnlyList<long>> FindAsync(
        string room, ulong epoch, string user, long first, long last, bool descending, int limit, CancellationToken cancellationToken = default);

    /// <summary>Removes all buckets of a room that is deleted, and from then on refuses others with the same epoch, even if the archive has nothing of the room yet.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="epoch">The room's epoch.</param>
    /// <param name="cancellationToken">Stops waiting; the buckets may still be removed.</param>
    ValueTask RemoveRoomAsync(string room, ulong epoch, CancellationToken cancellationToken = default);
}
