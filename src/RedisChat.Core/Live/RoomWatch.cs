using Microsoft.Extensions.Logging;

namespace RedisChat;

/// <summary>A room to be watched from a position on: each enumeration is a watcher of its own.</summary>
/// <param name="store">What the watchers read from.</param>
/// <param name="rooms">What the watchers listen to.</param>
/// <param name="room">The room's id.</param>
/// <param name="after">What the caller has seen; <see langword="null"/> for everything until now.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">What is logged goes there.</param>
/// <param name="cancellationToken">Ends every enumeration.</param>
internal sealed class RoomWatch(
    IMessageStore store, ILiveRooms rooms, string room, RoomPosition? after, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    : IAsyncEnumerable<RoomEvent>
{
    private static readonly TimeSpan PauseWhileUnavailable = TimeSpan.FromMilliseconds(250);

    public IMessageStore Store => store;

    public ILiveRooms Rooms => rooms;

    public string Room => room;

    public RoomPosition? After => after;

    public ILogger Logger => logger;

    public CancellationToken Token => cancellationToken;

    public IAsyncEnumerator<RoomEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default) => new Watcher(this, cancellationToken);

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
}
