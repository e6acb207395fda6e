namespace RedisChat.Redis;

/// <summary>
/// Reads pages. What a page needs lies in a run of ids around its pivot, so it is asked for together with the room's position, in one
/// round trip, wherever the run can be guessed. Deleted messages in it cost further ones.
/// </summary>
/// <param name="keys">Names the keys.</param>
/// <param name="rooms">What is known of the rooms.</param>
/// <param name="sealAfter">See <see cref="SealedBucket.MayBeSealed"/>.</param>
/// <param name="onLost">Told of a room whose history was lost: as it was known, and as it is.</param>
internal sealed class RedisPageReader(IRoomKeyScheme keys, RoomCache rooms, int sealAfter, Action<string, KnownRoom, KnownRoom> onLost)
{
    public async Task<MessagePage> ReadAsync(RoomReads reads, string room, MessageQuery query, CancellationToken cancellationToken)
    {
        rooms.TryGet(room, out var known);

        // The room goes first on the connection: whatever changes after that is told to a reader who goes on from its position.
        var reading = RoomHash.ReadAsync(reads, keys, room);
        using var messages = new MessageReader(reads, keys, room, sealAfter, cancellationToken) { Last = known.Last };
        UserIndex? index = null;
        if (query.User is { } user)
        {
            index = await UserIndex.OpenAsync(reads, keys.User(room, user), room, query.Limit, cancellationToken).ConfigureAwait(false);
        }
        else if (GuessRun(known.Last, query) is var (from, to))
        {
            await messages.PrefetchAsync(from, to).ConfigureAwait(false);
        }

        var position = await reading.ConfigureAwait(false);
        messages.Last = position.MessageId;
        if (reads.IsPrimary)
        {
            var found = KnownRoom.At(position);
            if (known.IsLostIn(found))
            {
                onLost(room, known, found);
            }
            else
            {
                rooms.Raise(room, found);
            }
        }

        var plan = PagePlan.For(query, position.MessageId);
        IIdSource ids = index is null
            ? new RoomIds(plan.Pivot, position.MessageId, room, keys.Room(room), "last")
            : await index.SplitAtAsync(plan.Pivot, position.MessageId).ConfigureAwait(false);
        var older = await PageCollector.CollectAsync(ids.OlderAsync, messages.ReadAsync, plan.Older).ConfigureAwait(false);
        var newer = await PageCollector.CollectAsync(ids.NewerAsync, messages.ReadAsync, plan.Newer).ConfigureAwait(false);
        return plan.ToPage(older, newer, position) with { Unreadable = messages.Unreadable };
    }

    /// <summary>The run of ids that the page most probably needs; none if that cannot be told yet.</summary>
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
