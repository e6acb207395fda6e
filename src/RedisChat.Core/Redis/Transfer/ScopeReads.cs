using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>What the export of a scope reads.</summary>
internal sealed class ScopeReads(TransferCalls calls)
{
    private const int EntriesAtOnce = 500;

    private readonly KeyNames _keys = calls.Keys;

    /// <summary>The hash of the scope, and what users have scheduled there. If no message was sent while that was read, each scheduled message is either scheduled or sent, because the same step does both.</summary>
    public Task<ScopeState> StateAsync(TransferScope scope, IReadOnlyCollection<string> users, CancellationToken cancellationToken) => calls.ReadAsync(
        async database =>
        {
            var key = _keys.Room(scope.Id);
            if (users.Count == 0)
            {
                return await ScopeState.ReadAsync(database, key).ConfigureAwait(false);
            }

            var hash = database.HashGetAllAsync(key, CommandFlags.DemandMaster).Observed();
            var scheduled = users.Select(user => (User: user, Messages: database.HashGetAllAsync(_keys.Scheduled(scope.Id, user), CommandFlags.DemandMaster).Observed())).ToList();
            var last = (byte[]?)await database.HashGetAsync(key, "last", CommandFlags.DemandMaster).ConfigureAwait(false) ?? [];
            var messages = await Task.WhenAll(scheduled.Select(some => some.Messages)).ConfigureAwait(false);
            var state = ScopeState.Of(await hash.ConfigureAwait(false), [.. scheduled.Select((some, i) => (some.User, messages[i]))]);
            return state.Bytes("last").AsSpan().SequenceEqual(last) ? state : state.WithoutScheduled();
        },
        cancellationToken);

    /// <summary>Buckets with what belongs to their messages.</summary>
    /// <exception cref="ChatTransferException">They are in an archive, or encrypted, and this process has no archive or not the keys.</exception>
    public async Task<List<ReadBucket>> ReadAsync(TransferScope scope, IReadOnlyList<long> buckets, string uses, CancellationToken cancellationToken)
    {
        try
        {
            var read = await calls.ReadAsync(database => ReadBucket.ReadAsync(calls.Context, database, scope.Id, buckets, uses, cancellationToken), cancellationToken).ConfigureAwait(false);
            return read.Find(bucket => bucket.Locked is not null) is { } locked ? throw new ChatTransferException($"{scope} cannot be exported. {locked.Locked}") { Room = scope.Id } : read;
        }
        catch (ChatArchiveException e) when (calls.Context.Archive is null)
        {
            throw new ChatTransferException($"{scope} cannot be exported: its old messages are in an archive, and this process has none. Register the archive of the other processes: AddFileArchive or AddRoomArchive.", e) { Room = scope.Id };
        }
    }

    /// <summary>Whether the log still goes back to a revision.</summary>
    public async Task<bool> IsInLogAsync(TransferScope scope, long revision, ScopeState now, CancellationToken cancellationToken) =>
        revision == now.Revision || await LogAsync(scope, revision, revision, cancellationToken).ConfigureAwait(false) is [var entry, ..] && entry.Revision == revision;

    /// <summary>Entries of the log with revisions in a range, ascending.</summary>
    public async Task<List<(long Revision, string Member)>> LogAsync(TransferScope scope, long from, long to, CancellationToken cancellationToken)
    {
        var members = await calls.ReadAsync(
            database => database.SortedSetRangeByScoreAsync(_keys.Changed(scope.Id), from, to, take: EntriesAtOnce, flags: CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false);
        return [.. members.Select(member => (RevisionOf((string)member!), (string)member!))];
    }

    /// <summary>The revision in an entry of the log.</summary>
    public static long RevisionOf(string member)
    {
        var end = member.IndexOf(':', StringComparison.Ordinal);
        return StrictNumber.TryRead(end < 0 ? member : member.AsSpan(0, end), out var revision) ? revision : -1;
    }

    /// <summary>Consecutive numbers.</summary>
    public static List<long> Numbers(long start, long count) => [.. Enumerable.Range(0, (int)count).Select(i => start + i)];
}
