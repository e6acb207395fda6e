namespace RedisChat;

/// <summary>
/// Lets callers that read at the same time share one read, for which each names an item: all items are read together. Nothing is cached after the read.
/// </summary>
/// <remarks>
/// <para>
/// A caller never shares a read that began before its call. A watcher first joins its room's feed and then reads. A read that began before it joined may
/// have seen the room before an event that the feed no longer has for this watcher, and the watcher would lose that event. So a caller that arrives during
/// a read shares the next one, which begins when the current one has ended. However many callers there are, two reads are enough.
/// </para>
/// <para>Thread-safe.</para>
/// </remarks>
/// <param name="read">Reads. A caller cannot cancel it, because others may be waiting for it.</param>
internal class GroupedReads<TKey, TItem, T>(Func<TKey, IReadOnlyCollection<TItem>, ValueTask<T>> read)
    where TKey : notnull
{
    // For each key that is being read: the callers that wait for the next read.
    private readonly Dictionary<TKey, Group?> _next = [];

    /// <summary>Reads, alone or together with other callers.</summary>
    /// <param name="key">What to read.</param>
    /// <param name="item">What to read of it.</param>
    /// <param name="cancellationToken">Stops waiting for the read.</param>
    public Task<T> ReadAsync(TKey key, TItem item, CancellationToken cancellationToken)
    {
        Group group;
        lock (_next)
        {
            var isReading = _next.TryGetValue(key, out var next);
            group = next ?? new Group();
            group.Items.Add(item);
            _next[key] = isReading ? group : null;
            if (isReading)
            {
                return group.Task.WaitAsync(cancellationToken);
            }
        }

        // The read may outlive this call, because others may need it.
        Background.Begin((Reads: this, Key: key, Group: group), static call => _ = call.Reads.RunAsync(call.Key, call.Group));
        return group.Task.WaitAsync(cancellationToken);
    }

    private async Task RunAsync(TKey key, Group? waiting)
    {
        while (waiting is not null)
        {
            try
            {
                waiting.SetResult(await read(key, waiting.Items).ConfigureAwait(false));
            }
            catch (Exception e)
            {
                // Observed here, because all callers may have stopped waiting.
                waiting.SetException(e);
                _ = waiting.Task.Exception;
            }

            lock (_next)
            {
                waiting = _next[key];
                if (waiting is null)
                {
                    _next.Remove(key);
                }
                else
                {
                    _next[key] = null;
                }
            }
        }
    }

    /// <summary>The callers that share a read.</summary>
    private sealed class Group() : TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public HashSet<TItem> Items { get; } = [];
    }
}
