namespace RedisChat.Redis;

/// <summary>Adds tombstones to a page: the ids that have no message, with what the change log says of their deletion.</summary>
internal static class TombstoneReader
{
    private const int ChunkLength = 1_000;

    // More than RedisStoreOptions.ChangeLogLength by default. What is not found in them stays unknown.
    private const int MostChunks = 10;

    public static async ValueTask<MessagePage> AddToAsync(RoomReads reads, KeyNames keys, string room, PagePlan plan, MessagePage page)
    {
        var holes = PageTombstones.HolesIn(page, plan);
        if (holes.Count == 0)
        {
            return page;
        }

        // A message was deleted after it was sent, and it was sent after those with lower ids.
        var since = page.Messages.LastOrDefault(message => message.Id < holes[0].First) is { } earlier ? Micros.FromTime(earlier.Timestamp) : 0;
        var missing = holes.Sum(hole => hole.Last - hole.First + 1);
        var found = new List<Tombstone>();
        for (var chunk = 1; missing > 0 && chunk <= MostChunks; chunk++)
        {
            var entries = await reads.SortedSetRangeAsync(keys.Changed(room), since, ChunkLength).ConfigureAwait(false);
            foreach (var text in entries)
            {
                if (ChangeLogEntry.TryRead(text, out var entry))
                {
                    var parts = PartsOf(entry, holes).ToList();
                    found.AddRange(parts);
                    missing -= parts.Sum(part => part.LastId - part.FirstId + 1);
                    since = entry.Revision + 1;
                }
            }

            if (entries.Length < ChunkLength)
            {
                break;
            }
        }

        return PageTombstones.AddTo(page, holes, found);
    }

    private static IEnumerable<Tombstone> PartsOf(in ChangeLogEntry entry, List<(long First, long Last)> holes)
    {
        var position = new RoomPosition(0, 0, 0, entry.Revision);
        return ChangedMessages.TryGetDeleted(entry, out var id, out _) ? PageTombstones.Of([id], holes, ChangedMessages.EventOf(entry, id, position))
            : entry.Kind == DeletedRun.Kind && DeletedRun.TryReadIds(entry.Subject, out var ids)
                ? PageTombstones.Of(ids, holes, DeletedRun.Event(ids, position, DeletedRun.DetailsOf(entry)))
            : [];
    }
}
