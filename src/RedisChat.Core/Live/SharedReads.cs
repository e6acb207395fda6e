namespace RedisChat;

/// <summary>Lets callers that read the same at the same time share one read. What is shared is only the read, nothing is kept after it.</summary>
/// <remarks>
/// <para>
/// A caller never shares a read that had begun before the call. A watcher joins its room's feed first and reads then; a read that began before it joined
/// may have seen the room as it was before an event that the feed no longer has for this watcher, and the event would be lost for it. So whoever comes
/// while a read is under way shares the next one, which begins when that has ended. However many call at once, it is two reads.
/// </para>
/// <para>Thread-safe.</para>
/// </remarks>
/// <param name="read">Reads. Not cancelled by any caller, because others may be waiting for it.</param>
internal sealed class SharedReads<TKey, T>(Func<TKey, ValueTask<T>> read)
    where TKey : notnull
{
    // Of each key that is being read: those who wait for the next read.
    private readonly Dictionary<TKey, TaskCompletionSource<T>?> _next = [];

    /// <summary>Reads, with others or alone.</summary>
    /// <param name="key">What.</param>
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

        // It may outlast this call, on behalf of others.
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
                // Looked at here, because all callers may have stopped waiting.
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
