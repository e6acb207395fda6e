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

    // A list of ids that is longer than user_find.lua returns takes several steps.
    private const int WholeList = 4096;
    private const int MessagesAtOnce = 250;
    private const int ReactionsAtOnce = 200;

    // A sealed bucket is read, unpacked, packed, and written as a whole.
    private const int BucketsAtOnce = 8;

    // A process that lost the live event of a revocation finds it in the change log, by a probe, of which one or two may fail.
    private const int ProbesOfRevocation = 3;

    private readonly KeyNames _keys = context.Keys;

    public async Task<ErasedStep> StepAsync(IDatabase database, UserErasure erasure, FoundRoom found, string? cursor, CancellationToken cancellationToken)
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

        var done = 0L;
        for (var attempt = 1; attempt <= MostAttempts; attempt++)
        {
            var traces = await UserTraces.FindAsync(database, _keys, user, found, isScope ? ErasableRooms.NoMark : ErasableRooms.MarkIn(context, isCertain: false), cancellationToken).ConfigureAwait(false);
            if (traces.IsBeingImported)
            {
                throw BeingImported(found.Room);
            }

            if (traces.Epoch == RoomCounters.BeingDeleted)
            {
                return new ErasedStep(false, 0, null) { BeingDeleted = found.Room, IsMarked = traces.WasMarked };
            }

            ErasableRooms.ThrowIfOutOfReach(context, found.Room, traces);
            var own = await OwnIdsAsync(database, user, found.Room, traces, cursor, cancellationToken).ConfigureAwait(false);
            if (traces.All.Count == 0 && own.Ids.Count == 0)
            {
                await SettleAsync(database, found.Room, user, traces, cancellationToken).ConfigureAwait(false);
                return new ErasedStep(done > 0, done, null) { IsMarked = traces.WasMarked };
            }

            if (traces.All.Count == 0)
            {
                // What is in the archive alone did not mark the room.
                await UserTraces.FindAsync(database, _keys, user, found, ErasableRooms.MarkIn(context, isCertain: true), cancellationToken).ConfigureAwait(false);
            }

            var (step, messages) = await TryStepAsync(database, erasure, user, found.Room, traces, own, cancellationToken).ConfigureAwait(false);
            done += messages;
            if (step is not null)
            {
                return step with { Messages = done, Found = step.Found || done > 0, IsMarked = !isScope };
            }
        }

        throw new ChatUnavailableException($"Other callers changed the same data {MostAttempts} times in a row. Nothing of this step was done.");
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
        $"An import of the room '{room}' is in progress, so nothing was erased there: more about the user may still come. Finish the import or delete the room, and call this again to continue.", nameof(room));

    /// <summary>Takes a step; no step if something has changed since it was found. In either case, the number of messages that were dealt with.</summary>
    private async Task<(ErasedStep? Step, long Messages)> TryStepAsync(
        IDatabase database, UserErasure erasure, ErasedUser user, string room, UserTraces traces, (HashSet<long> Ids, long? Next) own, CancellationToken cancellationToken)
    {
        var alias = erasure.Mode == ErasureMode.Anonymize ? erasure.Alias : null;
        var (ids, next) = own;
        if (alias is not null)
        {
            (ids, next) = FirstBuckets(ids, next);
        }

        // Those in other buckets are left for later steps.
        var buckets = (alias is null ? [] : ids).Concat(traces.Of(UserPlaces.MentionsOfUser).Select(MentionIn).Order()).Select(Buckets.Of).Distinct().Take(BucketsAtOnce).ToHashSet();
        var isMentionLeft = traces.Of(UserPlaces.MentionsOfUser).Any(IsLater);
        var mentions = traces.Of(UserPlaces.MentionsOfUser).Where(trace => !IsLater(trace)).Select(MentionIn);
        var done = 0L;
        if (alias is null)
        {
            (done, var isChanging) = await DeleteOwnAsync(database, room, user, ids, traces, cancellationToken).ConfigureAwait(false);
            if (isChanging)
            {
                return (null, done);
            }
        }

        // Of what belongs to deleted messages, nothing is left.
        IReadOnlyList<UserTrace> left = alias is null && done > 0 ? [.. traces.All.Where(trace => !BelongsTo(trace, ids))] : traces.All;
        var wait = Delay(room, traces, ref left);
        var messages = new ErasedMessages(context, room, traces.Uses);
        await messages.ReadAsync(database, [.. (alias is null ? [] : ids).Concat(mentions).Where(id => id > 0)], user.Id, alias, cancellationToken).ConfigureAwait(false);
        if (messages.Unfinished.Count > 0)
        {
            var (ended, isChanging) = await DeleteOwnAsync(database, room, user, messages.Unfinished, traces, cancellationToken).ConfigureAwait(false);
            done += ended;
            if (isChanging)
            {
                return (null, done);
            }
        }

        var reactions = left.Where(trace => trace.Kind == UserPlaces.Reactions).Skip(ReactionsAtOnce).ToHashSet();
        var some = left.Where(trace => !reactions.Contains(trace) && !(trace.Kind == UserPlaces.MentionsOfUser && IsLater(trace))).ToList();
        var change = new ErasureChange(_keys, room, user, erasure.Alias, messages, some);
        string? entry = null;
        var isChanged = done > 0;
        RedisValue[] values = [];
        var reply = await changer.RunAsync(
            room, values, state => ReferenceEquals(state.Values, values) ? change.Build(state.Cipher) : null, cancellationToken, encrypts: messages.HasSealed).ConfigureAwait(false);
        if (reply is null && !change.IsEmpty)
        {
            return (null, done);
        }

        if (reply is not null)
        {
            isChanged = true;
            entry = change.EntryOf(reply.Value.Revision);
            done += alias is null ? 0 : messages.Ids.Count(ids.Contains);
        }

        isChanged |= await ForgetAsync(database, erasure, user, room, some, entry, isLast: next is null, cancellationToken).ConfigureAwait(false);
        var isLeft = next is not null || reactions.Count > 0 || !traces.IsComplete || isMentionLeft || traces.Of(UserPlaces.MentionsOfUser).Skip(MessagesAtOnce - 1).Any();
        if (!isLeft)
        {
            await SettleAsync(database, room, user, traces, cancellationToken).ConfigureAwait(false);
        }

        var step = new ErasedStep(isChanged, done, isLeft ? $"{next ?? 0}" : null)
        {
            ClosedThreads = alias is null && traces.Uses.Contains(ThreadText.Letter, StringComparison.Ordinal),
            Wait = wait,
        };
        return (step, done);

        bool IsLater(UserTrace trace) => !buckets.Contains(Buckets.Of(MentionIn(trace)));
    }

    // The ids in the set have leading zeros.
    private static long MentionIn(UserTrace trace) => long.TryParse((string?)trace.Field, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;

    /// <summary>Those of a step's messages that are in its first buckets, and the last one of them if there are more.</summary>
    private static (HashSet<long> Ids, long? Next) FirstBuckets(HashSet<long> ids, long? next)
    {
        var first = ids.Order().GroupBy(Buckets.Of).Take(BucketsAtOnce).SelectMany(bucket => bucket).ToHashSet();
        return first.Count < ids.Count ? (first, first.Max()) : (ids, next);
    }

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

    /// <summary>The next of the user's messages, and the last one of them if there are more.</summary>
    private async Task<(HashSet<long> Ids, long? Next)> OwnIdsAsync(IDatabase database, ErasedUser user, string room, UserTraces traces, string? cursor, CancellationToken cancellationToken)
    {
        var after = cursor is null ? 0 : long.Parse(cursor, CultureInfo.InvariantCulture);
        if (traces.IsArchived)
        {
            var some = await ErasableRooms.OwnIdsAsync(context, database, room, user, after, MessagesAtOnce, cancellationToken).ConfigureAwait(false);
            return ([.. some], some.Count == MessagesAtOnce ? some[^1] : null);
        }

        if (traces.Of(UserPlaces.List).FirstOrDefault() is not { } list)
        {
            return ([], null);
        }

        if ((long)list.Field <= WholeList)
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

    /// <summary>Takes what was put back to the archive again, if there may be anything, so that the archive does not name the user any more.</summary>
    private async ValueTask SettleAsync(IDatabase database, string room, ErasedUser user, UserTraces traces, CancellationToken cancellationToken)
    {
        if (traces.IsArchived && (traces.All.Count > 0 || await ErasableRooms.IsInArchiveAsync(context, database, room, user, cancellationToken).ConfigureAwait(false)))
        {
            await archiving.SettleAsync(database, room, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Deletes messages of the user, also those whose text cannot be decrypted.</summary>
    /// <returns>Their number, and whether one has changed meanwhile and is still there.</returns>
    private async Task<(long Done, bool IsChanging)> DeleteOwnAsync(
        IDatabase database, string room, ErasedUser user, IReadOnlyCollection<long> ids, UserTraces traces, CancellationToken cancellationToken)
    {
        var done = await DeleteAsync(room, user, ids, cancellationToken).ConfigureAwait(false);
        if (done >= ids.Count || !ErasableRooms.IsEncrypted(traces))
        {
            return (done, false);
        }

        var locked = await DeleteLockedAsync(database, room, user, ids, traces.Uses, cancellationToken).ConfigureAwait(false);
        return (done + (locked ?? 0), locked is null);
    }

    /// <summary>Deletes messages of the user whose text cannot be decrypted: the text goes first, and then they are messages like others. <see langword="null"/> if one has changed.</summary>
    private async ValueTask<long?> DeleteLockedAsync(IDatabase database, string room, ErasedUser user, IReadOnlyCollection<long> ids, string uses, CancellationToken cancellationToken)
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
            : await DeleteAsync(room, user, locked.Ids, cancellationToken).ConfigureAwait(false);
    }

    private async Task<long> DeleteAsync(string room, ErasedUser user, IReadOnlyCollection<long> ids, CancellationToken cancellationToken)
    {
        var (done, after, last) = (0L, (long?)0, ids.Count == 0 ? 0 : ids.Max());
        while (after is { } from && from < last)
        {
            var step = await deletions.DeleteStepAsync(room, MessageSelection.Of(ids, user.Id), from, Actor.Application, ErasureChange.Reason, cancellationToken).ConfigureAwait(false);
            done += step.Deleted;
            after = step.Next;
        }

        return done;
    }

    private static bool BelongsTo(UserTrace trace, HashSet<long> ids) =>
        trace.Kind is UserPlaces.Reactions or UserPlaces.Pins or UserPlaces.Threads && ids.Contains(trace.MessageId);

    /// <summary>Removes what has no event; returns whether there was anything.</summary>
    private async Task<bool> ForgetAsync(
        IDatabase database, UserErasure erasure, ErasedUser user, string room, List<UserTrace> traces, string? entry, bool isLast, CancellationToken cancellationToken)
    {
        var forgetting = new ErasureForgetting(_keys.Room(room));
        var alias = erasure.Mode == ErasureMode.Anonymize ? erasure.Alias : null;
        foreach (var traced in traces.GroupBy(trace => (trace.Kind, trace.Key)))
        {
            var (kind, key) = traced.Key;
            RedisValue[] fields = [.. traced.Select(trace => trace.Field)];
            switch (kind)
            {
                case UserPlaces.List when isLast && alias is null:
                case UserPlaces.ScheduledByUser:
                    forgetting.Drop(key);
                    break;
                case UserPlaces.List when isLast:
                    forgetting.Move(key, _keys.Author(room, alias!));
                    break;
                case UserPlaces.Field or UserPlaces.Sent:
                    forgetting.Fields(key, fields);
                    break;
                case UserPlaces.Values:
                    foreach (var trace in traced)
                    {
                        ForgetValue(forgetting, trace, user, alias);
                    }

                    break;
                case UserPlaces.Mentions when alias is null:
                    forgetting.Leave(key, fields);
                    break;
                case UserPlaces.Mentions:
                    foreach (var member in fields.Select(field => (string)field!))
                    {
                        forgetting.Rename(key, member, member[..^user.Id.Length] + alias);
                    }

                    break;
                case UserPlaces.Here:
                    forgetting.Leave(key, fields);
                    forgetting.Leave(_keys.HereProcesses(room), [.. fields.Select(field => (RedisValue)$"{((string)field!)[(user.Id.Length + 1)..]}\n{user.Id}")]);
                    forgetting.Count(_keys.Here(room), "count", 1);
                    break;
                case UserPlaces.Log:
                    foreach (var member in fields.Select(field => (string)field!))
                    {
                        RenameEntry(forgetting, key, member);
                    }

                    break;
            }
        }

        if (entry is not null)
        {
            RenameEntry(forgetting, _keys.Changed(room), entry);
        }

        await forgetting.RunAsync(database, cancellationToken).ConfigureAwait(false);
        return !forgetting.IsEmpty;

        void RenameEntry(ErasureForgetting steps, string key, string member)
        {
            if (ErasureLog.Without(member, user, erasure.Alias) is var other && other != member)
            {
                steps.Rename(key, member, other);
            }
        }
    }

    /// <summary>An earlier version of a message, or what somebody else has scheduled.</summary>
    private static void ForgetValue(ErasureForgetting forgetting, UserTrace trace, ErasedUser user, string? alias)
    {
        var (author, _) = ErasureJson.Names(((ReadOnlyMemory<byte>)trace.Value).Span, user.Id);
        if (author == user.Id && alias is null)
        {
            forgetting.Swap(trace.Key, trace.Field, trace.Value, RedisValue.EmptyString);
        }
        else if (ErasureJson.Without(((ReadOnlyMemory<byte>)trace.Value).Span, user.Id, alias) is { } value)
        {
            forgetting.Swap(trace.Key, trace.Field, trace.Value, value);
        }
    }
}
