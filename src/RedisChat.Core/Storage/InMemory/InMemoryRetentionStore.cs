namespace RedisChat;

/// <summary>Trims rooms in memory.</summary>
internal sealed class InMemoryRetentionStore(Func<string, InMemoryRoom?> find) : IRetentionStore
{
    public ValueTask<TrimmedStep> TrimStepAsync(string room, RetentionPolicy policy, DateTimeOffset now, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(find(room)?.Trim(policy, now) ?? new TrimmedStep(0, null));
    }
}
