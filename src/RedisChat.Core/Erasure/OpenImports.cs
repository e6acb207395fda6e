namespace RedisChat;

/// <summary>Rooms that are being imported or migrated. An erasure would miss what still comes there, and its proof would not say so.</summary>
internal static class OpenImports
{
    // What the error names.
    private const int MostNamed = 10;

    /// <summary>Fails if there are any.</summary>
    /// <param name="store">The store.</param>
    /// <param name="runner">Runs the steps.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    /// <exception cref="ChatInputException">There are some. It names at most ten.</exception>
    public static async Task ThrowIfAnyAsync(IErasureStore store, OperationRunner runner, ChatOperation operation, CancellationToken cancellationToken)
    {
        var (rooms, cursor) = (new SortedSet<string>(StringComparer.Ordinal), (string?)null);
        do
        {
            var found = await runner.RunAsync(operation, null, (Store: store, Cursor: cursor), static (call, token) => call.Store.FindImportsAsync(call.Cursor, token), cancellationToken).ConfigureAwait(false);
            cursor = found.Cursor;
            rooms.UnionWith(found.Rooms.Select(room => room.Room));
        }
        while (cursor is not null && rooms.Count <= MostNamed);
        if (rooms.Count > 0)
        {
            throw new ChatInputException(
                $"These rooms are being imported or migrated: {string.Join(", ", rooms.Take(MostNamed).Select(room => $"'{room}'"))}{(rooms.Count > MostNamed ? " and others" : "")}. More about the user may still come there, so nothing was changed. "
                + "Complete the import, or the migration with its last pass (MigrationOptions.Complete, redischat migrate --final); or give it up, by deleting the rooms. Then call this again.");
        }
    }
}
