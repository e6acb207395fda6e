namespace RedisChat.IntegrationTests.Redis.Erasure;

/// <summary>Takes the steps of a search one by one.</summary>
internal static class ErasureSteps
{
    /// <summary>All steps of the search for a user in some places of a room.</summary>
    public static async Task<List<SearchedStep>> SearchAsync(IErasureStore store, string user, FoundRoom room, CancellationToken cancellationToken)
    {
        var steps = new List<SearchedStep>();
        string? cursor = null;
        do
        {
            steps.Add(await store.SearchAsync(user, room, cursor, cancellationToken));
            cursor = steps[^1].Cursor;
        }
        while (cursor is not null);
        return steps;
    }

    /// <summary>All steps of the search for a user in everything that is stored.</summary>
    public static async Task<List<SearchedStep>> SearchAsync(IErasureStore store, string user, CancellationToken cancellationToken)
    {
        var steps = new List<SearchedStep>();
        foreach (var room in await FindAsync(store, null, cancellationToken))
        {
            steps.AddRange(await SearchAsync(store, user, room, cancellationToken));
        }

        return steps;
    }

    /// <summary>The rooms that may hold something about a user, each once.</summary>
    public static async Task<List<FoundRoom>> FindAsync(IErasureStore store, string? user, CancellationToken cancellationToken)
    {
        var found = new List<FoundRoom>();
        string? cursor = null;
        do
        {
            var some = await store.FindRoomsAsync(user, cursor, cancellationToken);
            cursor = some.Cursor;
            found.AddRange(some.Rooms);
        }
        while (cursor is not null);
        return [.. found.GroupBy(room => room.Room).Select(room => new FoundRoom(room.Key, [.. room.SelectMany(part => part.Places).Distinct()]))];
    }
}
