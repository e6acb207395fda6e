namespace RedisChat.Redis;

/// <summary>Reads messages in one direction until a page is full.</summary>
internal static class PageCollector
{
    // Where many messages were deleted, runs grow up to this many ids per round trip.
    private const int LongestRun = 2048;

    /// <summary>Collects the messages in the order of their ids: as many as wanted and, if there is one, one more.</summary>
    /// <param name="nextIds">Returns about this many further ids; an empty list at the end.</param>
    /// <param name="read">Adds the messages with these ids, until the list has this many.</param>
    /// <param name="wanted">The number of messages that the page should have in this direction.</param>
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
