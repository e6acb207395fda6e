using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Reads the summaries of threads.</summary>
internal sealed class ThreadReader(RoomReads reads, KeyNames keys, string room)
{
    private readonly List<(long[] Ids, Task Answer)> _asked = [];

    /// <summary>Requests the threads of messages. Sends before it returns.</summary>
    public void Ask(long[] ids)
    {
        if (ids.Length > 0)
        {
            RedisKeyOrValue[] words = [(RedisKey)keys.Threads(room), .. ids.Select(id => (RedisKeyOrValue)(RedisValue)id)];
            var answer = reads.HashGetAsync(words);
            answer.Observe();
            _asked.Add((ids, answer));
        }
    }

    /// <summary>The summaries that were requested, each with the revision of its last change. Closed threads are left out.</summary>
    /// <exception cref="ChatDataException">A value is not a summary.</exception>
    public async Task<Dictionary<long, (ThreadSummary Thread, long Revision)>> ReadAsync()
    {
        var found = new Dictionary<long, (ThreadSummary, long)>();
        foreach (var (ids, answer) in _asked)
        {
            await answer.ConfigureAwait(false);
            using var values = HashValues.Of(answer);
            var fields = values.Read();
            foreach (var id in ids)
            {
                if (fields.TryNext(out var text) && !ThreadText.IsClosed(text))
                {
                    found[id] = ThreadText.TryRead(text, out var summary, out var revision) ? (summary, revision) : throw ThreadText.Unreadable(keys, room, id);
                }
            }
        }

        return found;
    }
}
