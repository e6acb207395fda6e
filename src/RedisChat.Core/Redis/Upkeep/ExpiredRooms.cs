using System.Collections.Concurrent;

namespace RedisChat.Redis;

/// <summary>Says which messages have expired, by this process's clock, and has them deleted if nobody does that.</summary>
internal sealed class ExpiredRooms(RedisStoreContext context)
{
    // If a process reads expired messages in more rooms than this within a minute, it adds some of them repeatedly.
    private const int MostRooms = 10_000;

    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _added = new(StringComparer.Ordinal);

    /// <summary>Whether a message has expired.</summary>
    public bool Has(Message message) => message.ExpiresAt is { } at && at <= context.Time.GetUtcNow();

    /// <summary>Whether a message has expired. If so, makes sure that the room is due for upkeep: its sender may have died before it was.</summary>
    public bool Notice(string room, Message message)
    {
        if (!Has(message))
        {
            return false;
        }

        var now = context.Time.GetUtcNow();
        if (!_added.TryGetValue(room, out var before) || now - before >= Pause || now < before)
        {
            if (_added.Count >= MostRooms)
            {
                _added.Clear();
            }

            _added[room] = now;
            context.Upkeep.AddAfter(room);
        }

        return true;
    }
}
