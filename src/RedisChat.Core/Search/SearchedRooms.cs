using System.Collections.Concurrent;

namespace RedisChat;

/// <summary>
/// Puts rooms into the index that no list names, such as the rooms of two users: those of a user who searches. The feeder, in whichever process it runs, finds them there. Only rooms that the user may read
/// get here, so nobody can fill the index with names.
/// </summary>
internal sealed class SearchedRooms(IMessageStore store, IMessageIndex index, TimeProvider time)
{
    private const int MostKnown = 100_000;

    // A room that was deleted and created again must be found again.
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, long> _known = new(StringComparer.Ordinal);

    /// <summary>The rooms in a user's inbox.</summary>
    public async ValueTask<IReadOnlyList<string>> ReadInboxAsync(string user, CancellationToken cancellationToken) =>
        store.GetAbility<IUserStore>() is { } users
            ? [.. (await users.ReadListedRoomsAsync(user, cancellationToken).ConfigureAwait(false)).Select(room => room.Room)]
            : [];

    public async ValueTask IncludeAsync(IEnumerable<string> rooms, CancellationToken cancellationToken)
    {
        foreach (var room in rooms)
        {
            if (_known.TryGetValue(room, out var since) && time.GetElapsedTime(since) < Lifetime)
            {
                continue;
            }

            if (await index.ReadPositionAsync(room, cancellationToken).ConfigureAwait(false) is null)
            {
                // False if the feeder was faster.
                await index.ApplyAsync(new IndexBatch { Room = room, Position = RoomPosition.Start }, cancellationToken).ConfigureAwait(false);
            }

            if (_known.Count >= MostKnown)
            {
                _known.Clear();
            }

            _known[room] = time.GetTimestamp();
        }
    }
}
