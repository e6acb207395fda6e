namespace RedisChat;

/// <summary>Keeps pins in memory.</summary>
/// <param name="find">Finds a room, if there is one.</param>
/// <param name="getOrAdd">Finds a room, or creates an empty one.</param>
internal sealed class InMemoryPinStore(Func<string, InMemoryRoom?> find, Func<string, InMemoryRoom> getOrAdd) : IPinStore
{
    public ValueTask<bool> PinAsync(string room, long messageId, Actor by, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var found = getOrAdd(room);
        lock (found.Gate)
        {
            return new(found.Pins.Pin(messageId, by));
        }
    }

    public ValueTask UnpinAsync(string room, long messageId, Actor by, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var found = getOrAdd(room);
        lock (found.Gate)
        {
            found.Pins.Unpin(messageId, by);
        }

        return default;
    }

    public ValueTask<IReadOnlyList<Pin>> ListPinsAsync(string room, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (find(room) is not { } found)
        {
            return new([]);
        }

        lock (found.Gate)
        {
            return new(found.Pins.List());
        }
    }
}
