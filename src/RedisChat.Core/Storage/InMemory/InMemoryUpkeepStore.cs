using System.Collections.Concurrent;
using System.Globalization;

namespace RedisChat;

/// <summary>Knows in memory which rooms need work.</summary>
/// <param name="time">The clock.</param>
internal sealed class InMemoryUpkeepStore(TimeProvider time) : IUpkeepStore
{
    private readonly ConcurrentDictionary<string, InMemoryUpkeep> _rooms = new(StringComparer.Ordinal);

    /// <summary>Adds a room: see <see cref="IUpkeepStore.AddRoomAsync"/>.</summary>
    public void Add(string room, DateTimeOffset at) => _rooms.GetOrAdd(room, static _ => new InMemoryUpkeep()).Add(at);

    public ValueTask AddRoomAsync(string room, DateTimeOffset? at, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Add(room, at ?? time.GetUtcNow());
        return default;
    }

    public ValueTask<ClaimedRooms> ClaimRoomsAsync(TimeSpan lease, int atMost, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var now = time.GetUtcNow();
        var until = now + lease;
        var claimed = new List<ClaimedRoom>();
        DateTimeOffset? next = null;
        foreach (var (room, upkeep) in _rooms)
        {
            if (claimed.Count >= atMost)
            {
                // There may be more.
                next = now;
                break;
            }

            if (upkeep.TryClaim(now, until, out var at))
            {
                claimed.Add(new ClaimedRoom(room, until.UtcTicks.ToString(CultureInfo.InvariantCulture)));
            }
            else
            {
                next = next is { } earlier && (at is null || earlier < at) ? earlier : at;
            }
        }

        return new(new ClaimedRooms { Rooms = claimed, Next = next - now });
    }

    public ValueTask SettleRoomAsync(ClaimedRoom room, TimeSpan? again, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_rooms.TryGetValue(room.Room, out var upkeep))
        {
            upkeep.Settle(new DateTimeOffset(long.Parse(room.Claim, CultureInfo.InvariantCulture), TimeSpan.Zero), time.GetUtcNow() + again);
        }

        return default;
    }
}
