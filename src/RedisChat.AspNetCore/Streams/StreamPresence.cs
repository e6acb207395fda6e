namespace RedisChat.AspNetCore;

/// <summary>Keeps a user present in a room while a stream is open, also if the store is away when it opens.</summary>
internal sealed class StreamPresence : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _ending = new();
    private readonly Task<IAsyncDisposable?> _entered;

    public StreamPresence(RoomPresence presence, string user, TimeProvider time) => _entered = EnterAsync(presence, user, time, _ending.Token);

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        if (await _entered.ConfigureAwait(false) is { } handle)
        {
            await handle.DisposeAsync().ConfigureAwait(false);
        }

        _ending.Dispose();
    }

    private static async Task<IAsyncDisposable?> EnterAsync(RoomPresence presence, string user, TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await presence.EnterAsync(user, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is ChatUnavailableException or ChatOverloadedException or ChatStoreFullException)
            {
                // Presence is no reason to end a stream: try again until it ends.
            }
            catch (Exception e) when (e is ChatException or NotSupportedException or OperationCanceledException or ObjectDisposedException)
            {
                // Whoever may not read the room is not present in it. The room leaves the stream by itself.
                return null;
            }

            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
