using System.Collections.Concurrent;

namespace RedisChat;

/// <summary>Keeps presence in memory.</summary>
/// <param name="room">Returns a room, and creates it if there is none.</param>
/// <param name="time">The store's clock.</param>
internal sealed class InMemoryPresenceStore(Func<string, InMemoryRoom> room, TimeProvider time) : IPresenceStore
{
    private readonly ConcurrentDictionary<string, InMemoryPresence> _rooms = new(StringComparer.Ordinal);

    public ValueTask<PresenceAnswer> UpdatePresenceAsync(string room, PresenceUpdate update, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(GetOrAdd(room).Update(update));
    }

    public ValueTask<PresentUsers> ReadPresentUsersAsync(string room, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(_rooms.TryGetValue(room, out var presence) ? presence.Read(cursor, limit) : new PresentUsers { Users = [] });
    }

    public ValueTask SendTypingAsync(string room, string user, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Room(room).Ruling.Members.CheckTyping(user);
        Room(room).Publish(position => new RoomEvent.Typing(user, duration, time.GetUtcNow() + duration, position));
        return default;
    }

    /// <summary>Whether a user is in a room.</summary>
    public bool IsPresent(string room, string user) => _rooms.TryGetValue(room, out var presence) && presence.Has(user);

    /// <summary>Removes a user from a room.</summary>
    public void Remove(string room, string user)
    {
        if (_rooms.TryGetValue(room, out var presence))
        {
            presence.Forget(user);
        }
    }

    private InMemoryRoom Room(string name) => room(name);

    private InMemoryPresence GetOrAdd(string name) => _rooms.GetOrAdd(name, static (name, store) => new InMemoryPresence(store.Room(name), store.Clock), this);

    private TimeProvider Clock => time;
}
