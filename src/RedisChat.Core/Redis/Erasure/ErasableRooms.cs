using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>What an erasure must know of rooms whose messages are in an archive, or encrypted.</summary>
internal static class ErasableRooms
{
    /// <summary>Not to mark rooms: see <c>user_find.lua</c>.</summary>
    public const string NoMark = "0";

    /// <summary>How <c>user_find.lua</c> marks rooms: not those that this process cannot erase in, because it has no archive or no key ring.</summary>
    /// <param name="context">The shared parts of the store.</param>
    /// <param name="isCertain">Whether the room is to be marked even if the script finds nothing.</param>
    public static string MarkIn(RedisStoreContext context, bool isCertain) =>
        $"{(isCertain ? '2' : '1')}{(context.Archive is null ? ArchivedField.Letter : "")}{(context.Ciphers is null ? RoomCiphers.Letter : "")}";

    /// <summary>Whether the room has encrypted messages.</summary>
    public static bool IsEncrypted(UserTraces traces) => traces.Uses.Contains(RoomCiphers.Letter, StringComparison.Ordinal);

    /// <summary>Throws if this process cannot read all of what a room may have of a user.</summary>
    public static void ThrowIfOutOfReach(RedisStoreContext context, string room, UserTraces traces)
    {
        if (traces.IsArchived)
        {
            context.Cold.Archive.Require();
        }

        if (traces.All.Count > 0 && IsEncrypted(traces))
        {
            ThrowIfNoKeys(context, room);
        }
    }

    /// <summary>Throws if this process has no keys. The room is encrypted.</summary>
    public static void ThrowIfNoKeys(RedisStoreContext context, string room)
    {
        if (context.Ciphers is null)
        {
            throw KeyErrors.NoRing(context.Keys, room, "it cannot find what names the user in it, and nothing of the room was changed", "erases users");
        }
    }

    /// <summary>The user's messages in a room with an archive, wherever they are.</summary>
    /// <param name="context">The shared parts of the store.</param>
    /// <param name="database">The database.</param>
    /// <param name="room">The room.</param>
    /// <param name="user">The user.</param>
    /// <param name="after">The id before the first one.</param>
    /// <param name="atMost">The most ids.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static async Task<List<long>> OwnIdsAsync(RedisStoreContext context, IDatabase database, string room, ErasedUser user, long after, int atMost, CancellationToken cancellationToken)
    {
        var reads = new PrimaryReads(database);
        var state = await RoomCounters.ReadAsync(reads, context.Keys, room).UntilAsync(cancellationToken).ConfigureAwait(false);
        var index = await AuthorIndex.OpenAsync(reads, context.Keys.Author(room, user.Id), Math.Min(atMost, ChatLimits.MaxDeletedAtOnce), cancellationToken).ConfigureAwait(false);
        var source = await ArchivedAuthorIds.SplitAsync(context, reads, room, user.Id, index, state, after, 1, cancellationToken).UntilAsync(cancellationToken).ConfigureAwait(false);
        var ids = new List<long>();
        while (ids.Count < atMost && await source.NewerAsync(ChatLimits.MaxDeletedAtOnce).AsTask().UntilAsync(cancellationToken).ConfigureAwait(false) is { Count: > 0 } some)
        {
            ids.AddRange(some);
        }

        return ids.Count > atMost ? ids[..atMost] : ids;
    }

    /// <summary>Whether the archive names the user as an author of the room, also in a copy that does not count because Redis has the bucket.</summary>
    public static async ValueTask<bool> IsInArchiveAsync(RedisStoreContext context, IDatabase database, string room, ErasedUser user, CancellationToken cancellationToken)
    {
        var (epoch, below, _) = await ReadBorderAsync(context, database, room, cancellationToken).ConfigureAwait(false);
        return below > 0 && await context.Cold.Archive.FindAsync(room, epoch, user.Id, 0, below - 1, descending: false, limit: 1, cancellationToken).ConfigureAwait(false) is { Count: > 0 };
    }

    /// <summary>How far the room was moved to the archive: see <see cref="ColdBuckets.ReadCheckedBorderAsync"/>.</summary>
    public static ValueTask<(ulong Epoch, long Below, long First)> ReadBorderAsync(RedisStoreContext context, IDatabase database, string room, CancellationToken cancellationToken) =>
        context.Cold.ReadCheckedBorderAsync(new PrimaryReads(database), room, cancellationToken, isFresh: true);
}
