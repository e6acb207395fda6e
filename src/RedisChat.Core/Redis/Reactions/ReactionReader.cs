using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Reads the reactions to some messages of a room: one <c>HMGET</c> per bucket, all in one round trip.</summary>
/// <param name="reads">Reads from the store.</param>
/// <param name="keys">Names the keys.</param>
/// <param name="room">The room.</param>
/// <param name="reader">The user whose own reactions to mark, if any.</param>
internal sealed class ReactionReader(RoomReads reads, KeyNames keys, string room, string? reader)
{
    private readonly List<(ArraySegment<long> Ids, string Hash, Task Answer)> _asked = [];

    /// <summary>Requests the reactions to messages, by ascending id. Sends before it returns.</summary>
    public void Ask(long[] ids)
    {
        for (var start = 0; start < ids.Length;)
        {
            var end = start + 1;
            while (end < ids.Length && Buckets.Of(ids[end]) == Buckets.Of(ids[start]))
            {
                end++;
            }

            var group = new ArraySegment<long>(ids, start, end - start);
            var hash = ReactionKeys.Hash(keys, room, ids[start]);
            var words = new List<RedisKeyOrValue>((group.Count * 2) + 1) { (RedisKey)hash };
            words.AddRange(group.Select(id => (RedisKeyOrValue)ReactionKeys.OfMessage(id)));
            if (reader is not null)
            {
                words.AddRange(group.Select(id => (RedisKeyOrValue)ReactionKeys.OfUser(id, reader)));
            }

            var answer = reads.HashGetAsync(words.ToArray());
            answer.Observe();
            _asked.Add((group, hash, answer));
            start = end;
        }
    }

    /// <summary>Awaits the requested data: for each message, its reactions and the revision of their last change. Messages without reactions are left out.</summary>
    /// <exception cref="ChatDataException">A field does not hold reactions.</exception>
    public async ValueTask<Dictionary<long, (IReadOnlyList<Reaction> Reactions, long Revision)>> ReadAsync()
    {
        var found = new Dictionary<long, (IReadOnlyList<Reaction>, long)>();
        foreach (var (ids, hash, answer) in _asked)
        {
            await answer.ConfigureAwait(false);
            Take(ids, hash, answer, found);
        }

        _asked.Clear();
        return found;
    }

    private void Take(ArraySegment<long> ids, string hash, Task answer, Dictionary<long, (IReadOnlyList<Reaction> Reactions, long Revision)> found)
    {
        using var values = HashValues.Of(answer);
        var fields = values.Read();
        foreach (var id in ids)
        {
            if (fields.TryNext(out var field))
            {
                found[id] = ReactionTally.TryRead(field, out var revision, out var reactions) ? (reactions, revision) : throw Unreadable(hash, $"{id}");
            }
        }

        for (var i = 0; reader is not null && i < ids.Count; i++)
        {
            if (fields.TryNext(out var field) && found.TryGetValue(ids[i], out var all))
            {
                found[ids[i]] = ReactionTally.TryReadPairs(field, out var own)
                    ? (WithOwn(all.Reactions, own), all.Revision)
                    : throw Unreadable(hash, $"{ids[i]}:…");
            }
        }
    }

    private static List<Reaction> WithOwn(IReadOnlyList<Reaction> all, IReadOnlyList<Reaction> own) =>
        [.. all.Select(reaction => reaction with { Own = own.FirstOrDefault(mine => mine.Emoji == reaction.Emoji)?.Count ?? 0 })];

    /// <summary>The error for a field that holds something other than reactions. It does not repeat the user's id.</summary>
    public static ChatDataException Unreadable(string hash, string field) =>
        new($"Field {field} of the hash '{hash}' does not hold reactions. Inspect it with HGET; remove it with HDEL if you do not need it.")
        {
            Key = hash,
            Field = field,
        };
}
