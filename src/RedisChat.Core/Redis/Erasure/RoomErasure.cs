using System.Collections.Concurrent;
using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Erases a user in one room: finds and marks; deletes or rewrites some of the messages; makes the change that watchers hear of; and removes the rest.</summary>
/// <param name="context">The shared parts of the store.</param>
/// <param name="changer">Runs changes.</param>
/// <param name="deletions">Deletes messages.</param>
/// <param name="archiving">Takes to the archive again what was put back.</param>
internal sealed class RoomErasure(RedisStoreContext context, RoomChanger changer, RedisBulkDeletions deletions, RedisArchiving archiving)
{
    // Each time, another call changed what was found.
    private const int MostAttempts = 50;

    // Each has an event.
    private const int ReactionsAtOnce = 200;

    // A process that lost the live event of a revocation finds it in the change log, by a probe, of which one or two may fail.
    private const int ProbesOfRevocation = 3;

    private readonly KeyNames _keys = context.Keys;
    private readonly OwnMessages _own = new(context, changer, deletions);

    // Of steps that have failed, until they are repeated.
    private readonly ConcurrentDictionary<(string Alias, string Room), StepTally> _unreported = new();

    /// <summary>Takes a step. If one has failed, the next one in the room also counts the messages that it had dealt with.</summary>
    public async Task<ErasedStep> StepAsync(IDatabase database, UserErasure erasure, FoundRoom found, string? cursor, CancellationToken cancellationToken)
    {
        var name = (erasure.Alias, found.Room);
        var tally = _unreported.TryRemove(name, out var unreported) ? unreported : new StepTally();
        try
        {
            var step = await StepAsync(database, erasure, found, cursor, tally, cancellationToken).ConfigureAwait(false);
            return step with { Messages = tally.Total, Found = step.Found || tally.Total > 0 };
        }
        catch
        {
            if (tally.Fail())
            {
                _unreported[name] = tally;
            }

            throw;
        }
    }

    /// <summary>
    /// Takes a step. First come the user's messages, some in each step, and what was found in the room's keys with the last ones; then, if not all keys were searched, the next keys in each step. So each key is searched once or twice in
    /// a pass, however much there is; what is missed because it changes meanwhile is found by the next pass.
    /// </summary>
    private async Task<ErasedStep> StepAsync(IDatabase database, UserErasure erasure, FoundRoom found, string? cursor, StepTally tally, CancellationToken cancellationToken)
    {
        var (user, isScope) = (new ErasedUser(erasure.User), UserScope.TryGetUser(found.Room, out _));
        if (!Concerns(found.Room) || !found.Places.Any(key => _keys.TryReadKey(key, out var scope, out _) && scope == found.Room))
        {
            return new ErasedStep(false, 0, null);
        }

        // A thread may be complete while the room that it belongs to is still being imported.
        if (!isScope && ThreadId.IsThread(found.Room))
        {
            await ThrowIfImportedAsync(database, ThreadId.RuledBy(found.Room), cancellationToken).ConfigureAwait(false);
        }

        var at = RoomCursor.Read(cursor);
        if (at.Stage == RoomCursor.Thawed)
        {
            return new ErasedStep(false, 0, await archiving.SettleStepAsync(database, found.Room, cancellationToken).ConfigureAwait(false) ? cursor : null);
        }

        var (isForMessages, state) = (at.Stage == RoomCursor.Messages, found with { Places = [] });
        for (var attempt = 1; attempt <= MostAttempts; attempt++)
        {
            var marks = isScope ? ErasableRooms.NoMark : ErasableRooms.MarkIn(context, isCertain: false);
            var traces = await UserTraces.FindAsync(database, _keys, user, isForMessages ? state : found, isForMessages ? RoomCursor.Start : at, marks, cancellationToken).ConfigureAwait(false);
            if (traces.IsBeingImported)
            {
                throw BeingImported(found.Room);
            }

            if (traces.Epoch == RoomCounters.BeingDeleted)
            {
                return await BegunDeletion.StepAsync(database, _keys, found.Room, traces.WasMarked, cancellationToken).ConfigureAwait(false);
            }

            if (!isScope && !traces.WasMarked && traces.All.Count > 0 && !traces.All.Any(UserPlaces.IsLogged))
            {
                // Another process may have ended this erasure, and this one may die before it does. Then nothing but the mark may be left in the room, which only an erasure that is continued visits.
                await RedisErasure.RememberAsync(database, _keys, erasure, cancellationToken).ConfigureAwait(false);
            }

            ErasableRooms.ThrowIfOutOfReach(context, found.Room, traces);
            var isListed = isForMessages || traces.Of(UserPlaces.List).Any();
            var own = isListed || (cursor is null && traces.IsArchived) ? await _own.FindAsync(database, user, found.Room, traces, isForMessages ? at.At : 0, cancellationToken).ConfigureAwait(false) : ([], null);
            if (traces.All.Count == 0 && own.Ids.Count == 0 && !isForMessages)
            {
                // If the room was marked, it may be the answer to this very step that was lost.
                var isContinued = cursor is not null || traces.WasMarked;
                var following = traces.Next ?? (await MayBeThawedAsync(database, found.Room, user, traces, isContinued, cancellationToken).ConfigureAwait(false) ? new RoomCursor(RoomCursor.Thawed) : (RoomCursor?)null);
                return new ErasedStep(false, 0, following?.ToString()) { IsMarked = traces.WasMarked, ClosedThreads = traces.WasMarked && MayCloseThreads(erasure, traces) };
            }

            if (traces.All.Count == 0 && !traces.WasMarked)
            {
                // What is in the archive alone did not mark the room.
                await UserTraces.FindAsync(database, _keys, user, state, RoomCursor.Start, ErasableRooms.MarkIn(context, isCertain: true), cancellationToken).ConfigureAwait(false);
            }

            if (await TryStepAsync(database, erasure, user, found.Room, traces, isListed || own.Ids.Count > 0 ? own : null, isForMessages, tally, cancellationToken).ConfigureAwait(false) is { } step)
            {
                return step with { IsMarked = !isScope };
            }
        }

        throw new ChatUnavailableException($"Other callers changed the same data {MostAttempts} times in a row. Part of this step may have been done. Call this again to continue.") { MayHaveHappened = true };
    }

    /// <summary>Whether a scope may name any user: a room, a thread, or the scope of all users. What is in the scope of one user names rooms alone.</summary>
    public static bool Concerns(string scope) => !UserScope.TryGetUser(scope, out _) || scope == UserScope.All;

    /// <summary>Refuses a room that is being imported: it looks like one whose deletion was begun, but what is missing is still to come.</summary>
    public async Task ThrowIfImportedAsync(IDatabase database, string room, CancellationToken cancellationToken)
    {
        if (await database.HashExistsAsync(_keys.Room(room), ImportMark.Field, CommandFlags.DemandMaster).UntilAsync(cancellationToken).ConfigureAwait(false))
        {
            throw BeingImported(room);
        }
    }

    private static ChatInputException BeingImported(string room) => new(
        $"An import or a migration of the room '{room}' has begun, so nothing was erased there: more about the user may still come. Complete it or delete the room, and call this again to continue.", nameof(room));

    /// <summary>Takes a step; <see langword="null"/> if something has changed since it was found.</summary>
    private async Task<ErasedStep?> TryStepAsync(
        IDatabase database, UserErasure erasure, ErasedUser user, string room, UserTraces traces, (HashSet<long> Ids, long? Next)? own, bool isForMessages, StepTally tally, CancellationToken cancellationToken)
    {
        var alias = erasure.Mode == ErasureMode.Anonymize ? erasure.Alias : null;
        var (ids, after) = own ?? ([], null);
        if (alias is not null || traces.IsArchived)
        {
            (ids, after) = OwnMessages.FirstBuckets(ids, after, alias is null ? OwnMessages.ArchivedAtOnce : OwnMessages.BucketsAtOnce);
        }

        // The keys are searched again once all messages are dealt with.
        var all = after is null ? traces.All : [];
        var next = after is { } last ? new RoomCursor(RoomCursor.Messages, last) : isForMessages ? RoomCursor.Start : traces.Next;

        // Mentions in other buckets are left for later steps.
        var mentions = all.Where(trace => trace.Kind == UserPlaces.MentionsOfUser).ToList();
        var buckets = (alias is null ? [] : ids).Concat(mentions.Select(MentionIn).Order()).Select(Buckets.Of).Distinct().Take(OwnMessages.BucketsAtOnce).ToHashSet();
        if (mentions.Exists(IsLater) || (mentions.Count > 0 && next is { } rest && rest.At == traces.Mentions.At))
        {
            next = traces.Mentions;
        }

        mentions.RemoveAll(IsLater);
        var done = 0L;
        if (alias is null)
        {
            (done, var isChanging) = await _own.DeleteAsync(database, room, user, ids, traces, tally, cancellationToken).ConfigureAwait(false);
            if (isChanging)
            {
                return null;
            }
        }

        // Of what belongs to deleted messages, nothing is left.
        IReadOnlyList<UserTrace> left = alias is null && done > 0 ? [.. all.Where(trace => !BelongsTo(trace, ids))] : all;
        var wait = Delay(room, traces, ref left);
        var messages = new ErasedMessages(context, room, traces.Uses);
        await messages.ReadAsync(database, [.. (alias is null ? [] : ids).Concat(mentions.Select(MentionIn)).Where(id => id > 0)], user.Id, alias, cancellationToken).ConfigureAwait(false);
        if (messages.Unfinished.Count > 0)
        {
            var (ended, isChanging) = await _own.DeleteAsync(database, room, user, messages.Unfinished, traces, tally, cancellationToken).ConfigureAwait(false);
            done += ended;
            if (isChanging)
            {
                return null;
            }
        }

        var reactions = left.Where(trace => trace.Kind == UserPlaces.Reactions).Skip(ReactionsAtOnce).ToHashSet();
        var some = left.Where(trace => !reactions.Contains(trace) && !(trace.Kind == UserPlaces.MentionsOfUser && IsLater(trace))).ToList();
        var change = new ErasureChange(_keys, room, user, erasure.Alias, messages, some);
        List<long> rewritten = alias is null ? [] : [.. messages.Ids.Where(ids.Contains)];
        tally.Sending(rewritten);
        var reply = await RunAsync(room, change, messages.HasSealed, cancellationToken).ConfigureAwait(false);
        tally.Answered(reply is null ? 0 : rewritten.Count);
        if (reply is null && !change.IsEmpty)
        {
            return null;
        }

        var isForgotten = await new TraceForgetting(_keys, erasure, user, room)
            .RunAsync(database, some, reply is { } changed ? change.EntryOf(changed.Revision) : null, isWithMessages: own is not null && after is null, cancellationToken).ConfigureAwait(false);
        foreach (var others in reactions.Chunk(ReactionsAtOnce))
        {
            var more = new ErasureChange(_keys, room, user, erasure.Alias, new ErasedMessages(context, room, traces.Uses), others);
            if (await RunAsync(room, more, isEncrypted: false, cancellationToken).ConfigureAwait(false) is null && !more.IsEmpty)
            {
                return null;
            }
        }

        next ??= traces.IsArchived ? new RoomCursor(RoomCursor.Thawed) : (RoomCursor?)null;
        return new ErasedStep(done > 0 || reply is not null || isForgotten || reactions.Count > 0, 0, next?.ToString())
        {
            ClosedThreads = MayCloseThreads(erasure, traces),
            Wait = wait,
        };

        bool IsLater(UserTrace trace) => !buckets.Contains(Buckets.Of(MentionIn(trace)));
    }

    /// <summary>Makes a change of what was read; <see langword="null"/> if there was nothing to change, or something has changed.</summary>
    private ValueTask<RoomChangeReply?> RunAsync(string room, ErasureChange change, bool isEncrypted, CancellationToken cancellationToken)
    {
        RedisValue[] values = [];
        return changer.RunAsync(room, values, state => ReferenceEquals(state.Values, values) ? change.Build(state.Cipher) : null, cancellationToken, encrypts: isEncrypted);
    }

    // The ids in the set have leading zeros.
    private static long MentionIn(UserTrace trace) => long.TryParse((string?)trace.Field, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;

    /// <summary>Leaves revocations in the change log for processes that have lost the live event. The erasure makes one itself.</summary>
    /// <returns>How long to wait until all of them can be renamed.</returns>
    private TimeSpan Delay(string room, UserTraces traces, ref IReadOnlyList<UserTrace> left)
    {
        if (room != UserScope.All)
        {
            return TimeSpan.Zero;
        }

        var (time, newest, others) = (ProbesOfRevocation * context.Options.LiveProbeInterval, 0L, new List<UserTrace>());
        var heard = traces.Now - (long)time.TotalMicroseconds;
        foreach (var trace in left)
        {
            if (trace.Kind == UserPlaces.Log && ErasureLog.IsFreshRevocation((string)trace.Field!, heard, out var revision))
            {
                newest = Math.Max(newest, revision);
            }
            else
            {
                others.Add(trace);
            }
        }

        left = others;
        return newest == 0 ? TimeSpan.Zero : TimeSpan.FromMicroseconds(Math.Min(newest - heard, time.TotalMicroseconds));
    }

    /// <summary>Whether something may have been put back from the archive. It must go there again, so that the archive does not name the user any more.</summary>
    private async ValueTask<bool> MayBeThawedAsync(IDatabase database, string room, ErasedUser user, UserTraces traces, bool isContinued, CancellationToken cancellationToken) =>
        traces.IsArchived && (isContinued || await ErasableRooms.IsInArchiveAsync(context, database, room, user, cancellationToken).ConfigureAwait(false));

    private static bool MayCloseThreads(UserErasure erasure, UserTraces traces) =>
        erasure.Mode == ErasureMode.Remove && traces.Uses.Contains(ThreadText.Letter, StringComparison.Ordinal);

    private static bool BelongsTo(UserTrace trace, HashSet<long> ids) =>
        trace.Kind is UserPlaces.Reactions or UserPlaces.Pins or UserPlaces.Threads && ids.Contains(trace.MessageId);
}
