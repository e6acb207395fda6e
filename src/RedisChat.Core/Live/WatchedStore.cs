using Microsoft.Extensions.Logging;

namespace RedisChat;

/// <summary>A store and its live events, shared by all watchers.</summary>
internal sealed class WatchedStore
{
    private static readonly TimeSpan PauseWhileUnavailable = TimeSpan.FromMilliseconds(250);

    // Only the room's position is needed: finding the newest message may mean searching past many deleted ones.
    private static readonly MessageQuery NoMessages = new() { After = ChatLimits.MaxMessageId, Limit = 1 };

    // After a restart, all watchers of a room come back at once and need the same changes.
    private readonly SharedReads<(string Room, RoomPosition After, int Limit), RoomChanges> _changes;
    private readonly SharedReads<string, RoomPosition> _positions;

    public WatchedStore(IMessageStore store, ILiveRooms rooms, TimeProvider time, ILogger logger)
    {
        (Name, Rooms, Time, Logger) = (store.GetType().Name, rooms, time, logger);
        _changes = new(read => store.ReadChangesAsync(read.Room, read.After, read.Limit, rooms.Ending));
        _positions = new(async room => (await store.ReadAsync(room, NoMessages, rooms.Ending).ConfigureAwait(false)).Position);
    }

    /// <summary>The name of the store's type, for errors.</summary>
    public string Name { get; }

    public ILiveRooms Rooms { get; }

    public TimeProvider Time { get; }

    public ILogger Logger { get; }

    /// <summary>A room's events. Each enumeration is a separate watcher.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="options">Where to start, and how to watch.</param>
    /// <param name="cancellationToken">Ends every enumeration.</param>
    public IAsyncEnumerable<RoomEvent> Watch(string room, WatchOptions options, CancellationToken cancellationToken) =>
        new RoomEvents(this, room, options, cancellationToken);

    /// <summary>The room's position, read after this call began.</summary>
    public ValueTask<RoomPosition> ReadPositionAsync(string room, CancellationToken cancellationToken) =>
        RepeatAsync((_positions, room), static (read, token) => read._positions.ReadAsync(read.room, token), cancellationToken);

    /// <summary>What happened since a position, read after this call began.</summary>
    public ValueTask<RoomChanges> ReadChangesAsync(string room, RoomPosition after, int limit, CancellationToken cancellationToken) =>
        RepeatAsync((_changes, Key: (room, after, limit)), static (read, token) => read._changes.ReadAsync(read.Key, token), cancellationToken);

    /// <summary>Reads until it succeeds: a watcher survives any outage of the store.</summary>
    private async ValueTask<T> RepeatAsync<TState, T>(TState state, Func<TState, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await read(state, cancellationToken).ConfigureAwait(false);
            }
            catch (ChatUnavailableException e)
            {
                cancellationToken.ThrowIfCancellationRequested();
                ChatLog.WatcherWaits(Logger, e);
            }

            await Task.Delay(PauseWhileUnavailable, Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private sealed class RoomEvents(WatchedStore store, string room, WatchOptions options, CancellationToken cancellationToken) : IAsyncEnumerable<RoomEvent>
    {
        public IAsyncEnumerator<RoomEvent> GetAsyncEnumerator(CancellationToken ofEnumeration) =>
            new Watcher(store, room, options, cancellationToken, ofEnumeration);
    }
}
