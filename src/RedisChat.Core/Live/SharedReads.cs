namespace RedisChat;

/// <summary>Lets callers that read the same data at the same time share one read, as <see cref="GroupedReads{TKey,TItem,T}"/> does.</summary>
/// <param name="read">Reads. A caller cannot cancel it, because others may be waiting for it.</param>
internal sealed class SharedReads<TKey, T>(Func<TKey, ValueTask<T>> read) : GroupedReads<TKey, SharedReads<TKey, T>.Everything, T>((key, _) => read(key))
    where TKey : notnull
{
    /// <summary>Reads, alone or together with other callers.</summary>
    /// <param name="key">What to read.</param>
    /// <param name="cancellationToken">Stops waiting for the read.</param>
    public Task<T> ReadAsync(TKey key, CancellationToken cancellationToken) => ReadAsync(key, default, cancellationToken);

    /// <summary>All callers read the same.</summary>
    internal readonly record struct Everything;
}
