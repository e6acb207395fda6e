namespace RedisChat;

/// <summary>The rooms that may hold something about a user.</summary>
internal static class UserScan
{
    // The server works on one at a time; the others are on their way meanwhile.
    private const int AtOnce = 16;

    // Names of places that are remembered: about 200 bytes each.
    private const int MostPlaces = 200_000;

    // Servers that restart again and again, or replace each other.
    private const int MostRounds = 5;

    /// <summary>
    /// Finds all of them and deals with them, several at once, threads before the rooms that they belong to. If they have very many places, it deals with the first of them before it looks for more: then it comes to the same room
    /// several times, with other places. If servers were restarted or replaced meanwhile, cursors meant nothing to them and keys may have been skipped, so it does all of that again.
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
    /// <param name="restart">Called before everything is done again; <see langword="null"/> if it cannot be: then it fails.</param>
    /// <exception cref="ChatUnavailableException">Servers were restarted or replaced each time.</exception>
    public static async Task ForEachAsync(
        IErasureStore store, OperationRunner runner, ChatOperation operation, string? user, Func<FoundRoom, CancellationToken, ValueTask> act, CancellationToken cancellationToken, Action<int>? report = null, int atOnce = AtOnce, int mostPlaces = MostPlaces, Action? restart = null)
    {
        for (var round = 1; ; round++)
        {
            var before = await IdentifyAsync(store, runner, operation, cancellationToken).ConfigureAwait(false);
            await ForEachOnceAsync(store, runner, operation, user, act, report, atOnce, mostPlaces, cancellationToken).ConfigureAwait(false);
            if (await IdentifyAsync(store, runner, operation, cancellationToken).ConfigureAwait(false) == before)
            {
                return;
            }

            if (restart is null || round == MostRounds)
            {
                throw new ChatUnavailableException("Servers were restarted or replaced while their keys were searched, so some may have been skipped. Call this again.")
                {
                    Operation = operation.Name,
                    MayHaveHappened = operation.Writes,
                };
            }

            restart();
        }
    }

    private static ValueTask<string> IdentifyAsync(IErasureStore store, OperationRunner runner, ChatOperation operation, CancellationToken cancellationToken) =>
        runner.RunAsync(operation, null, store, static (call, token) => call.IdentifyServersAsync(token), cancellationToken);

    private static async Task ForEachOnceAsync(
        IErasureStore store, OperationRunner runner, ChatOperation operation, string? user, Func<FoundRoom, CancellationToken, ValueTask> act, Action<int>? report, int atOnce, int mostPlaces, CancellationToken cancellationToken)
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
