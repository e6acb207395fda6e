namespace RedisChat;

/// <summary>The rooms that may hold something about a user.</summary>
internal static class UserScan
{
    // The server works on one at a time; the others are on their way meanwhile.
    private const int AtOnce = 16;

    /// <summary>Finds all of them, threads before the rooms that they belong to.</summary>
    /// <param name="store">The store.</param>
    /// <param name="runner">Runs the steps.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="user">The user; <see langword="null"/> for everything that is stored.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    public static async Task<IReadOnlyList<FoundRoom>> FindAsync(IErasureStore store, OperationRunner runner, ChatOperation operation, string? user, CancellationToken cancellationToken)
    {
        var places = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        string? cursor = null;
        do
        {
            var found = await runner.RunAsync(
                operation, null, (Store: store, User: user, Cursor: cursor), static (call, token) => call.Store.FindRoomsAsync(call.User, call.Cursor, token), cancellationToken).ConfigureAwait(false);
            cursor = found.Cursor;
            foreach (var room in found.Rooms)
            {
                if (!places.TryGetValue(room.Room, out var known))
                {
                    places.Add(room.Room, known = []);
                }

                known.AddRange(room.Places);
            }
        }
        while (cursor is not null);
        return [.. places.Select(room => new FoundRoom(room.Key, room.Value)).OrderBy(room => !ThreadId.IsThread(room.Room))];
    }

    /// <summary>Deals with all of them, several at once.</summary>
    public static Task ForEachAsync(IReadOnlyList<FoundRoom> rooms, Func<FoundRoom, CancellationToken, ValueTask> act, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(rooms, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, act);
}
