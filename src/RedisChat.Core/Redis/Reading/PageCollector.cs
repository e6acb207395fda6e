namespace RedisChat.Redis;

/// <summary>Reads messages in one direction until a page is full.</summary>
internal static class PageCollector
{
    // Where many messages were deleted ever longer runs are read, up to this many ids in one round trip.
    private const int LongestRun = 2048;

    /// <summary>The messages, in the order of their ids' source: as many as wanted and, if there is one, one more.</summary>
    /// <param name="nextIds">Gives about so many further ids; none at the end.</param>
    /// <param name="read">Adds the messages of these ids to the list, up to so many in it.</param>
    /// <param name="wanted">How many messages the page shall have in this direction.</param>
    public static async Task<List<Message>> CollectAsync(
        Func<int, ValueTask<IReadOnlyList<long>>> nextIds, Func<IReadOnlyList<long>, List<Message>, int, Task> read, int wanted)
    {
        var found = new List<Message>();
        if (wanted == 0)
        {
            return found;
        }

        var run = wanted + 1;
        while (found.Count <= wanted && await nextIds(run).ConfigureAwait(false) is { Count: > 0 } ids)
        {
            await read(ids, found, wanted + 1).ConfigureAwait(false);
            run = Math.Min(Math.Max(run, 64) * 2, LongestRun);
        }

        return found;
    }
}
