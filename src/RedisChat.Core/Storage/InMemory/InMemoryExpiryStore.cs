namespace RedisChat;

/// <summary>Finds expired messages in memory.</summary>
internal sealed class InMemoryExpiryStore(Func<string, InMemoryRoom?> find) : IExpiryStore
{
    public ValueTask<ExpiredMessages> ReadExpiredAsync(string room, int atMost, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(find(room)?.ReadExpired(atMost) ?? new ExpiredMessages { Ids = [] });
    }

    public ValueTask ForgetExpiredAsync(string room, IReadOnlyList<long> ids, CancellationToken cancellationToken = default)
    {
        // There is no index.
        cancellationToken.ThrowIfCancellationRequested();
        return default;
    }
}
