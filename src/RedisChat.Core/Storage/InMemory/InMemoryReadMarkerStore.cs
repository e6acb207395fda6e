namespace RedisChat;

/// <summary>Keeps read markers in memory.</summary>
/// <param name="find">Finds a room, if there is one.</param>
internal sealed class InMemoryReadMarkerStore(Func<string, InMemoryRoom?> find) : IReadMarkerStore
{
    // A cursor is distinguishable from any text that a caller might invent.
    private const string CursorPrefix = "after:";

    public ValueTask<ReadMarker> MoveMarkerAsync(string room, string user, long messageId, bool back, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var found = find(room) ?? throw MarkerInput.BeyondLast(messageId, 0);
        lock (found.Gate)
        {
            found.CheckNotErased(user);
            return new(found.ReadMarkers.Move(user, messageId, back));
        }
    }

    public ValueTask<ReadMarkerPage> ReadMarkersAsync(
        string room, long readUpTo, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (cursor?.StartsWith(CursorPrefix, StringComparison.Ordinal) == false)
        {
            throw MarkerInput.NoCursor();
        }

        if (find(room) is not { } found)
        {
            return new(new ReadMarkerPage { Markers = [] });
        }

        lock (found.Gate)
        {
            var page = found.ReadMarkers.List(readUpTo, cursor?[CursorPrefix.Length..], limit);
            return new(page with { Cursor = page.Cursor is null ? null : CursorPrefix + page.Cursor });
        }
    }

    public ValueTask<IReadOnlyList<UserRoom>> ReadUserRoomsAsync(string user, IReadOnlyList<string> rooms, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(rooms.Select(room => Read(user, room)).ToArray());
    }

    private UserRoom Read(string user, string room)
    {
        if (find(room) is not { } found)
        {
            return new UserRoom { Room = room, MayRead = true };
        }

        lock (found.Gate)
        {
            return found.ReadMarkers.Read(user, room);
        }
    }
}
