using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The mark of a room that is being deleted, which distinguishes this deletion from one of a later room of that name.</summary>
internal static class DeletionMark
{
    /// <summary>The field of the room's hash that holds it.</summary>
    public const string Field = "gone";

    /// <summary>The field that holds how many buckets were removed.</summary>
    public const string Erased = "erased";

    /// <summary>Whether a deletion is still going on.</summary>
    /// <param name="database">The database.</param>
    /// <param name="key">The room's hash.</param>
    /// <param name="mark">The mark.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static async Task<bool> IsGoingOnAsync(IDatabase database, RedisKey key, string mark, CancellationToken cancellationToken)
    {
        var fields = await database.HashGetAsync(key, ["epoch", Field], CommandFlags.DemandMaster).UntilAsync(cancellationToken).ConfigureAwait(false);
        return fields[0] == RoomCounters.BeingDeleted && fields[1] == mark;
    }

    /// <summary>Whether a bucket must still be there: not if the deletion is over, or has removed it.</summary>
    /// <param name="database">The database.</param>
    /// <param name="key">The room's hash.</param>
    /// <param name="mark">The mark.</param>
    /// <param name="bucket">The bucket's number.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static async Task<bool> IsBeforeAsync(IDatabase database, RedisKey key, string mark, long bucket, CancellationToken cancellationToken)
    {
        var fields = await database.HashGetAsync(key, ["epoch", Field, Erased], CommandFlags.DemandMaster).UntilAsync(cancellationToken).ConfigureAwait(false);
        return fields[0] == RoomCounters.BeingDeleted && fields[1] == mark && !(StrictNumber.TryRead(((ReadOnlyMemory<byte>)fields[2]).Span, out var erased) && erased > bucket);
    }
}
