namespace RedisChat;

/// <summary>Lets callers that read the same data at the same time share one read. Nothing is cached after the read.</summary>
/// <remarks>
/// <para>
/// A caller never shares a read that began before its call. A watcher first joins its room's feed and then reads. A read that began before it joined may
/// have seen the room before an event that the feed no longer has for this watcher, and the watcher would lose that event. So a caller that arrives during
/// a read shares the next one, which begins when the current one has ended. However many callers there are, two reads are enough.
/// </para>
/// <para>Thread-safe.</para>
/// </remarks>
/// <param name="read">Reads. A caller cannot cancel it, because others may be waiting for it.</param>
internal sealed class SharedReads<TKey, T>(Func<TKey, ValueTask<T>> read)
    where TKey : notnull
{
    // For each key that is being read: the callers that wait for the next read.
    private readonly Dictionary<TKey, TaskCompletionSource<T>?> _next = [];

    /// <summary>Reads, alone or together with other callers.</summary>
    /// <param name="key">What to read.</param>
    /// <param name="cancellationToken">Stops waiting for the read.</param>
    public Task<T> ReadAsync(TKey key, CancellationToken cancellationToken)
    {
        var own = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_next)
        {
            if (_next.TryGetValue(key, out var next))
            {
                _next[key] = next ??= own;
                return next.Task.WaitAsync(cancellationToken);
            }

            _next.Add(key, null);
        }

        // The read may outlive this call, because others may need it.
        Background.Begin((Reads: this, Key: key, Own: own), static call => _ = call.Reads.RunAsync(call.Key, call.Own));
        return own.Task.WaitAsync(cancellationToken);
    }

    private async Task RunAsync(TKey key, TaskCompletionSource<T>? waiting)
    {
        while (waiting is not null)
        {
            try
            {
                waiting.SetResult(await read(key).ConfigureAwait(false));
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
}
