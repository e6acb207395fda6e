using System.Collections.Concurrent;

namespace RedisChat;

/// <summary>
/// Puts rooms into the index that no list names, such as the rooms of two users: those of a user who searches. The feeder, in whichever process it runs, finds them there. Only rooms that exist
/// get there, so nobody can fill the index with names.
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

    /// <summary>Puts rooms that exist into the index. Threads get there with their rooms.</summary>
    public async ValueTask IncludeAsync(IEnumerable<string> rooms, CancellationToken cancellationToken)
    {
        var missing = new List<string>();
        foreach (var room in rooms)
        {
            if (!ThreadId.IsThread(room) && !(_known.TryGetValue(room, out var since) && time.GetElapsedTime(since) < Lifetime))
            {
                if (await index.ReadPositionAsync(room, cancellationToken).ConfigureAwait(false) is null)
                {
                    missing.Add(room);
                }
                else
                {
                    Know(room);
                }
            }
        }

        if (missing.Count == 0 || store.GetAbility<IRoomDirectoryStore>() is not { } directory)
        {
            return;
        }

        foreach (var room in await directory.ReadRoomsAsync(missing, cancellationToken).ConfigureAwait(false))
        {
            if (room.Exists)
            {
                // False if the feeder was faster.
                await index.ApplyAsync(new IndexBatch { Room = room.Id, Position = RoomPosition.Start }, cancellationToken).ConfigureAwait(false);
                Know(room.Id);
            }
        }
    }

    private void Know(string room)
    {
        if (_known.Count >= MostKnown)
        {
            _known.Clear();
        }

        _known[room] = time.GetTimestamp();
    }
}
