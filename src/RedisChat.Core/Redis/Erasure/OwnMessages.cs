using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Finds and deletes the messages of a user who is erased, in one room.</summary>
/// <param name="context">The shared parts of the store.</param>
/// <param name="changer">Runs changes.</param>
/// <param name="deletions">Deletes messages.</param>
internal sealed class OwnMessages(RedisStoreContext context, RoomChanger changer, RedisBulkDeletions deletions)
{
    /// <summary>The most buckets that a step changes: a sealed one is read, unpacked, packed, and written as a whole.</summary>
    public const int BucketsAtOnce = 8;

    /// <summary>The most buckets of which a step deletes messages in a room with an archive: they are put back into Redis first.</summary>
    public const int ArchivedAtOnce = 32;

    // A list of ids that is longer than user_find.lua returns takes several steps.
    private const int WholeList = 4096;
    private const int MessagesAtOnce = 250;

    private readonly KeyNames _keys = context.Keys;

    /// <summary>The next of the user's messages, and the last one of them if there are more.</summary>
    /// <param name="database">The database.</param>
    /// <param name="user">The user.</param>
    /// <param name="room">The room.</param>
    /// <param name="traces">What was found: the beginning of the list of ids may be among it.</param>
    /// <param name="after">The id before the first one.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<(HashSet<long> Ids, long? Next)> FindAsync(IDatabase database, ErasedUser user, string room, UserTraces traces, long after, CancellationToken cancellationToken)
    {
        if (traces.IsArchived)
        {
            var some = await ErasableRooms.OwnIdsAsync(context, database, room, user, after, MessagesAtOnce, cancellationToken).ConfigureAwait(false);
            return ([.. some], some.Count == MessagesAtOnce ? some[^1] : null);
        }

        if (traces.Of(UserPlaces.List).FirstOrDefault() is { } list && (long)list.Field <= WholeList)
        {
            HashSet<long> all = [.. ((string)list.Value!).Split(',').Select(text => StrictNumber.TryRead(text, out var id) ? id : 0).Where(id => id > 0)];
            if (all.Count <= MessagesAtOnce)
            {
                return ([.. all.Where(id => id > after)], null);
            }
        }

        var index = await AuthorIndex.OpenAsync(new PrimaryReads(database), _keys.Author(room, user.Id), MessagesAtOnce, cancellationToken).ConfigureAwait(false);
        var source = await index.SplitAtAsync(after, ChatLimits.MaxMessageId).UntilAsync(cancellationToken).ConfigureAwait(false);
        var ids = await source.NewerAsync(MessagesAtOnce).AsTask().UntilAsync(cancellationToken).ConfigureAwait(false);
        return ([.. ids], ids.Count == MessagesAtOnce ? ids[^1] : null);
    }

    /// <summary>Those of a step's messages that are in its first buckets, and the last one of them if there are more.</summary>
    public static (HashSet<long> Ids, long? Next) FirstBuckets(HashSet<long> ids, long? next, int most)
    {
        var first = ids.Order().GroupBy(Buckets.Of).Take(most).SelectMany(bucket => bucket).ToHashSet();
        return first.Count < ids.Count ? (first, first.Max()) : (ids, next);
    }

    /// <summary>Deletes messages of the user, also those whose text cannot be decrypted.</summary>
    /// <param name="database">The database.</param>
    /// <param name="room">The room.</param>
    /// <param name="user">The user.</param>
    /// <param name="ids">The messages.</param>
    /// <param name="traces">What was found.</param>
    /// <param name="tally">Counts them.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Their number, and whether one has changed meanwhile and is still there.</returns>
    public async Task<(long Done, bool IsChanging)> DeleteAsync(
        IDatabase database, string room, ErasedUser user, IReadOnlyCollection<long> ids, UserTraces traces, StepTally tally, CancellationToken cancellationToken)
    {
        var done = await DeleteAsync(room, user, ids, tally, cancellationToken).ConfigureAwait(false);
        if (done >= ids.Count || !ErasableRooms.IsEncrypted(traces))
        {
            return (done, false);
        }

        var locked = await DeleteLockedAsync(database, room, user, ids, traces.Uses, tally, cancellationToken).ConfigureAwait(false);
        return (done + (locked ?? 0), locked is null);
    }

    /// <summary>Deletes messages of the user whose text cannot be decrypted: the text goes first, and then they are messages like others. <see langword="null"/> if one has changed.</summary>
    private async ValueTask<long?> DeleteLockedAsync(
        IDatabase database, string room, ErasedUser user, IReadOnlyCollection<long> ids, string uses, StepTally tally, CancellationToken cancellationToken)
    {
        var locked = new ErasedMessages(context, room, uses);
        await locked.ReadLockedAsync(database, ids, user.Id, cancellationToken).ConfigureAwait(false);
        if (locked.Ids.Count == 0)
        {
            return 0;
        }

        var change = new RoomChange(_keys, room, ErasureChange.Kind, DeletedRun.WriteIds([.. locked.Ids]), RoomPermit.Application);
        locked.TryAddTo(change, cipher: null);
        RedisValue[] values = [];
        return await changer.RunAsync(room, values, state => ReferenceEquals(state.Values, values) ? change : null, cancellationToken).ConfigureAwait(false) is null
            ? null
            : await DeleteAsync(room, user, locked.Ids, tally, cancellationToken).ConfigureAwait(false);
    }

    private async Task<long> DeleteAsync(string room, ErasedUser user, IReadOnlyCollection<long> ids, StepTally tally, CancellationToken cancellationToken)
    {
        var (done, after, last) = (0L, (long?)0, ids.Count == 0 ? 0 : ids.Max());
        while (after is { } from && from < last)
        {
            var step = await deletions.DeleteStepAsync(room, MessageSelection.Of(ids, user.Id), from, Actor.Application, ErasureChange.Reason, tally.Sending, cancellationToken).ConfigureAwait(false);
            tally.Answered(step.Deleted);
            done += step.Deleted;
            after = step.Next;
        }

        return done;
    }
}
