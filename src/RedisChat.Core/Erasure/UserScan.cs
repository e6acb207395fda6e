namespace RedisChat;

/// <summary>The rooms that may hold something about a user.</summary>
internal static class UserScan
{
    // The server works on one at a time; the others are on their way meanwhile.
    private const int AtOnce = 16;

    // Names of places that are remembered: about 200 bytes each.
    private const int MostPlaces = 200_000;

    /// <summary>
    /// Finds all of them and deals with them, several at once, threads before the rooms that they belong to. If they have very many places, it deals with the first of them before it looks for more: then it comes to the same room
    /// several times, with other places.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="runner">Runs the steps.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="user">The user; <see langword="null"/> for everything that is stored.</param>
    /// <param name="act">Deals with one.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    /// <param name="report">Receives the number of rooms that were found, before it deals with them.</param>
    /// <param name="atOnce">With how many to deal at once.</param>
    /// <param name="mostPlaces">How many places to remember, about.</param>
    public static async Task ForEachAsync(
        IErasureStore store, OperationRunner runner, ChatOperation operation, string? user, Func<FoundRoom, CancellationToken, ValueTask> act, CancellationToken cancellationToken, Action<int>? report = null, int atOnce = AtOnce, int mostPlaces = MostPlaces)
    {
        var (rooms, places, cursor) = (new Dictionary<string, List<string>>(StringComparer.Ordinal), 0, (string?)null);
        do
        {
            var found = await runner.RunAsync(
                operation, null, (Store: store, User: user, Cursor: cursor), static (call, token) => call.Store.FindRoomsAsync(call.User, call.Cursor, token), cancellationToken).ConfigureAwait(false);
            cursor = found.Cursor;
            foreach (var room in found.Rooms)
            {
                if (!rooms.TryGetValue(room.Room, out var known))
                {
                    rooms.Add(room.Room, known = []);
                }

                known.AddRange(room.Places);
                places += room.Places.Count + 1;
            }

            if (cursor is null || places >= mostPlaces)
            {
                report?.Invoke(rooms.Count);
                await Parallel.ForEachAsync(
                    rooms.Select(room => new FoundRoom(room.Key, room.Value)).OrderBy(room => !ThreadId.IsThread(room.Room)).ThenBy(room => room.Room, StringComparer.Ordinal),
                    new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellationToken }, act).ConfigureAwait(false);
                rooms.Clear();
                places = 0;
            }
        }
        while (cursor is not null);
    }
}
