namespace RedisChat;

/// <summary>The deleted messages in the range of a page, wherever a store finds what is known of their deletion.</summary>
internal static class PageTombstones
{
    /// <summary>The ids in the page's range that have no message, as ascending runs. Pages that follow each other have ranges that do, too.</summary>
    public static List<(long First, long Last)> HolesIn(MessagePage page, PagePlan plan)
    {
        var messages = page.Messages;
        var next = plan.Older == 0 ? plan.Pivot + 1 : page.HasOlder ? messages[0].Id : 1;
        var end = plan.Newer == 0 ? plan.Pivot : page.HasNewer ? messages[^1].Id : plan.Last;
        var holes = new List<(long, long)>();
        foreach (var id in messages.Select(message => message.Id).Concat(page.Unreadable.Select(message => message.Id).OfType<long>()).Append(end + 1).Order())
        {
            if (id > next)
            {
                holes.Add((next, id - 1));
            }

            next = Math.Max(next, id + 1);
        }

        return holes;
    }

    /// <summary>The parts of holes that were deleted in one step.</summary>
    /// <param name="ids">The ids that were deleted, ascending.</param>
    /// <param name="holes">The holes, ascending.</param>
    /// <param name="deletion">The deletion.</param>
    public static IEnumerable<Tombstone> Of(IReadOnlyList<long> ids, IReadOnlyList<(long First, long Last)> holes, RoomEvent deletion)
    {
        for (var i = 0; i < ids.Count;)
        {
            var first = ids[i];
            while (++i < ids.Count && ids[i] == ids[i - 1] + 1)
            {
            }

            foreach (var hole in holes)
            {
                if (hole.First <= ids[i - 1] && hole.Last >= first)
                {
                    yield return Of(Math.Max(first, hole.First), Math.Min(ids[i - 1], hole.Last), deletion);
                }
            }
        }
    }

    /// <summary>The page with tombstones for all its holes.</summary>
    /// <param name="page">The page.</param>
    /// <param name="holes">Its holes, ascending.</param>
    /// <param name="known">What is known, in any order. No id is in it twice.</param>
    public static MessagePage AddTo(MessagePage page, IReadOnlyList<(long First, long Last)> holes, IEnumerable<Tombstone> known)
    {
        var tombstones = new List<Tombstone>();
        using var found = known.OrderBy(tombstone => tombstone.FirstId).GetEnumerator();
        var any = found.MoveNext();
        foreach (var (first, last) in holes)
        {
            var next = first;
            for (; any && found.Current.LastId <= last; any = found.MoveNext())
            {
                AddUnknown(next, found.Current.FirstId - 1);
                tombstones.Add(found.Current);
                next = found.Current.LastId + 1;
            }

            AddUnknown(next, last);
        }

        return page with { Tombstones = tombstones };

        void AddUnknown(long from, long to)
        {
            if (from <= to)
            {
                tombstones.Add(new Tombstone { FirstId = from, LastId = to });
            }
        }
    }

    private static Tombstone Of(long first, long last, RoomEvent deletion) => deletion switch
    {
        RoomEvent.Deleted one => new Tombstone { FirstId = first, LastId = last, DeletedAt = one.DeletedAt, User = one.User, Reason = one.Reason },
        RoomEvent.DeletedMany many => new Tombstone { FirstId = first, LastId = last, DeletedAt = many.DeletedAt, User = many.User, Reason = many.Reason },
        _ => throw new ArgumentException("Not a deletion.", nameof(deletion)),
    };
}
