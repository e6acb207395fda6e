using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Reads pages. A page needs a run of ids around its pivot, so if the run can be guessed, it is requested together with the room's position in one
/// round trip. Deleted messages in the run cost additional round trips.
/// </summary>
internal sealed class PageReader(RedisStoreContext context, RedisLive live, IReadOnlyList<IPageFeature> features)
{
    // After this time, the primary is asked.
    private static readonly TimeSpan ReplicaTimeout = TimeSpan.FromSeconds(1);

    private readonly KeyNames _keys = context.Keys;

    /// <summary>Completes messages in progress.</summary>
    public IUnfinishedMessages? Unfinished { get; init; }

    /// <summary>Reads a page: from a replica, if the query prefers one and it is not behind what this process has seen.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<MessagePage> ReadAsync(IDatabase database, string room, MessageQuery query, CancellationToken cancellationToken)
    {
        var page = (context.Options.PreferReplicas && !UserScope.TryGetUser(room, out _) ? await TryReadFromReplicaAsync(database, room, query, cancellationToken).ConfigureAwait(false) : null)
            ?? await ReadAsync(new PrimaryReads(database), room, query, cancellationToken).AsTask().UntilAsync(cancellationToken).ConfigureAwait(false);
        return Unfinished is null || Redis.Unfinished.AreNone(page) ? page : await Redis.Unfinished.CompleteAsync(Unfinished, room, page, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The page from a replica; <see langword="null"/> if the replica is behind what this process has seen, does not answer, refuses it, perhaps by old
    /// rules, or expects in the archive what may not be there any more.</summary>
    private async Task<MessagePage?> TryReadFromReplicaAsync(IDatabase database, string room, MessageQuery query, CancellationToken cancellationToken)
    {
        if (context.Connection.Current?.ReplicaOf(_keys.Room(room)) is not { } replica)
        {
            return null;
        }

        context.Rooms.TryGet(room, out var known);
        try
        {
            var page = await ReadAsync(new ReplicaReads(replica, database.Database), room, query, cancellationToken).AsTask()
                .UntilAsync(ReplicaTimeout, context.Time, cancellationToken).ConfigureAwait(false);
            var found = KnownRoom.At(page.Position, known);
            if (!found.Covers(known))
            {
                return null;
            }

            context.Rooms.Raise(room, found);
            return page;
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ChatForbiddenException or ChatArchiveException)
        {
            return null;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<MessagePage> ReadAsync(RoomReads reads, string room, MessageQuery query, CancellationToken cancellationToken)
    {
        context.Rooms.TryGet(room, out var known);

        // Only a guess: the store has not confirmed what was heard.
        var last = live.TryGetHeard(room, out var heard) ? Math.Max(known.Last, heard.MessageId) : known.Last;

        // The room is read first: any change after that is reported to a reader that continues from its position.
        var words = ArrayPool<RedisKeyOrValue>.Shared.Rent(RoomCounters.Words);
        var asked = RoomCounters.AskAsync(reads, _keys, room, words);
        using var messages = new BucketReader(reads, _keys, room, context.SealAfter, cancellationToken) { Ciphers = context.Ciphers, Last = last, Expired = context.Expired, Cold = context.Cold };
        var additions = Begin(reads, room, query, known.Uses, null);
        var firstAsked = HistoryStart.Ask(reads, _keys, room, known.Expires);
        AuthorIndex? index = null;
        try
        {
            if (query.User is { } user)
            {
                index = await AuthorIndex.OpenAsync(reads, _keys.Author(room, user), query.Limit, cancellationToken).ConfigureAwait(false);
            }
            else if (GuessRun(last, query) is var (from, to))
            {
                additions?.ForEach(addition => addition.Ask(from, to));
                await messages.PrefetchAsync(from, to).ConfigureAwait(false);
            }
        }
        catch
        {
            asked.Observe();
            firstAsked?.Observe();
            throw;
        }

        await asked.ConfigureAwait(false);
        ArrayPool<RedisKeyOrValue>.Shared.Return(words, clearArray: true);
        var position = Position(asked, room, out var uses);
        messages.Last = position.MessageId;
        if (reads.IsPrimary)
        {
            context.Rooms.Learn(room, known, KnownRoom.At(position, known, uses));
        }

        await messages.UseArchiveAsync(ArchivedField.IsIn(uses)).ConfigureAwait(false);
        additions = Begin(reads, room, query, uses, additions);
        var plan = PagePlan.For(query, position.MessageId);
        var first = uses.Length == 0 && firstAsked is null ? 1 : await HistoryStart.ReadAsync(reads, _keys, room, uses, firstAsked).ConfigureAwait(false);
        if (index is null && TryTakePage(messages, plan, position, first) is { } ready)
        {
            return additions is null && !query.IncludeDeleted && PageParents.AreNone(ready.Messages)
                ? ready
                : await AddAsync(reads, room, additions, messages, query, plan, ready).ConfigureAwait(false);
        }

        IIdSource ids = index is null
            ? new RoomIds(plan.Pivot, position.MessageId, _keys.Room(room), "last", first, new GoneBuckets(reads, _keys, room))
            : await ArchivedAuthorIds.SplitAsync(context, reads, room, query.User!, index, (position, uses), plan.Pivot, first, cancellationToken).ConfigureAwait(false);
        var older = await PageCollector.CollectAsync(ids.OlderAsync, messages.ReadAsync, plan.Older).ConfigureAwait(false);
        var newer = await PageCollector.CollectAsync(ids.NewerAsync, messages.ReadAsync, plan.Newer).ConfigureAwait(false);
        var page = plan.ToPage(CollectionsMarshal.AsSpan(older), CollectionsMarshal.AsSpan(newer), position, messages.Unreadable);
        return await AddAsync(reads, room, additions, messages, query, plan, page).ConfigureAwait(false);
    }

    /// <summary>Starts the additions of all features that the room uses, besides those already started; <see langword="null"/> if there are none.</summary>
    private List<IPageAddition>? Begin(RoomReads reads, string room, MessageQuery query, string? uses, List<IPageAddition>? begun)
    {
        var isReadInThread = query.Reader is not null && ThreadId.IsThread(room);
        if (string.IsNullOrEmpty(uses) && !isReadInThread)
        {
            return begun;
        }

        foreach (var feature in features)
        {
            if (((isReadInThread && feature.IsForEveryThread) || uses?.Contains(feature.Letter, StringComparison.Ordinal) == true) && begun?.Exists(addition => addition.Feature == feature) != true)
            {
                (begun ??= []).Add(feature.Begin(reads, room, query));
            }
        }

        return begun;
    }

    /// <summary>The page with what features add, and with what it takes further round trips to find: tombstones, and parents that are neither on the page nor prefetched.</summary>
    private async ValueTask<MessagePage> AddAsync(
        RoomReads reads, string room, List<IPageAddition>? additions, BucketReader messages, MessageQuery query, PagePlan plan, MessagePage page)
    {
        if (query.IncludeDeleted)
        {
            page = await TombstoneReader.AddToAsync(reads, _keys, room, plan, page).ConfigureAwait(false);
        }

        for (var i = 0; i < (additions?.Count ?? 0); i++)
        {
            page = await additions![i].AddToAsync(page).ConfigureAwait(false);
        }

        if (query.OmitParents || PageParents.MissingFrom(page.Messages) is not { } others)
        {
            return page;
        }

        var parents = new List<Message>(others.Length);
        messages.IsAnyBucketSealed = true;
        await messages.ReadAsync(others, parents, others.Length).ConfigureAwait(false);
        return PageParents.AddTo(page, parents, messages.Unreadable);
    }

    private RoomPosition Position(Task answer, string room, out string uses)
    {
        using var values = HashValues.Of(answer);
        return RoomCounters.Position(values, _keys, room, out uses);
    }

    /// <summary>The page, if all its ids were prefetched.</summary>
    private static MessagePage? TryTakePage(BucketReader messages, PagePlan plan, RoomPosition position, long first)
    {
        var space = ArrayPool<Message>.Shared.Rent(plan.Older + plan.Newer + 2);
        var older = space.AsSpan(0, plan.Older + 1);
        var newer = space.AsSpan(plan.Older + 1, plan.Newer + 1);
        var olderCount = plan.Older == 0 ? 0 : messages.Take(plan.Pivot, Math.Min(first - 1, plan.Pivot), older);
        var newerCount = plan.Newer == 0 ? 0 : messages.Take(Math.Max(plan.Pivot + 1, first), Math.Max(plan.Last, first - 1) + 1, newer);
        var page = olderCount < 0 || newerCount < 0
            ? null
            : plan.ToPage(older[..olderCount], newer[..newerCount], position, messages.Unreadable);
        ArrayPool<Message>.Shared.Return(space, clearArray: true);
        return page;
    }

    /// <summary>The run of ids that the page most probably needs; <see langword="null"/> if that is not known yet.</summary>
    private static (long From, long To)? GuessRun(long last, MessageQuery query)
    {
        var isNewest = query is { Before: null, After: null, Around: null };
        if (last == 0 && isNewest)
        {
            return null;
        }

        var plan = PagePlan.For(query, isNewest ? last : ChatLimits.MaxMessageId);
        var from = plan.Older > 0 ? Math.Max(plan.Pivot - plan.Older, 1) : plan.Pivot + 1;
        var to = Math.Min(plan.Newer > 0 ? plan.Pivot + 1 + plan.Newer : plan.Pivot, ChatLimits.MaxMessageId);
        return from <= to ? (from, to) : null;
    }
}
