using Microsoft.Extensions.Logging;

namespace RedisChat;

/// <summary>A store and its live events: what watchers tell a room from. One for all of them.</summary>
internal sealed class WatchedStore(IMessageStore store, ILiveRooms rooms, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan PauseWhileUnavailable = TimeSpan.FromMilliseconds(250);

    public IMessageStore Store => store;

    public ILiveRooms Rooms => rooms;

    public ILogger Logger => logger;

    /// <summary>A room's events from a position on. Each enumeration is a watcher of its own.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="after">What the caller has seen; <see langword="null"/> for everything until now.</param>
    /// <param name="cancellationToken">Ends every enumeration.</param>
    public IAsyncEnumerable<RoomEvent> Watch(string room, RoomPosition? after, CancellationToken cancellationToken) =>
        new RoomEvents(this, room, after, cancellationToken);

    /// <summary>A watcher outlasts any time without a store: it reads again until it can.</summary>
    public async ValueTask<T> RepeatAsync<T>(Func<CancellationToken, ValueTask<T>> read, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await read(cancellationToken).ConfigureAwait(false);
            }
            catch (ChatUnavailableException e)
            {
                cancellationToken.ThrowIfCancellationRequested();
                ChatLog.WatcherWaits(logger, e);
            }

            await Task.Delay(PauseWhileUnavailable, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private sealed class RoomEvents(WatchedStore store, string room, RoomPosition? after, CancellationToken cancellationToken) : IAsyncEnumerable<RoomEvent>
    {
        public IAsyncEnumerator<RoomEvent> GetAsyncEnumerator(CancellationToken ofEnumeration) =>
            new Watcher(store, room, after, cancellationToken, ofEnumeration);
    }
}
