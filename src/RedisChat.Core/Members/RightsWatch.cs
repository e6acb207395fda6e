namespace RedisChat;

/// <summary>Watches the room that a thread belongs to, for someone who watches the thread: the right to read the thread changes there.</summary>
internal sealed class RightsWatch : IAsyncDisposable
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _running;

    /// <param name="events">The events of the room, from now on.</param>
    /// <param name="check">Checks the right, as it is now; throws if there is none.</param>
    /// <param name="mayMatter">Whether an event may have changed it.</param>
    /// <param name="ended">Called when the right is lost, or the room can no longer be watched.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    public RightsWatch(
        IAsyncEnumerable<RoomEvent> events, Func<CancellationToken, ValueTask> check, Func<RoomEvent, bool> mayMatter, Action ended, CancellationToken cancellationToken)
    {
        // Nobody may ever ask.
        _ = _begun.Task.ContinueWith(
            static failed => _ = failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        _running = Background.Run(() => RunAsync(events, check, mayMatter, ended, cancellationToken));
    }

    /// <summary>Completes when the right was found, and no later change of it can be missed. Fails if there is no right.</summary>
    public Task Begun => _begun.Task;

    /// <summary>Why the watch has ended; <see langword="null"/> while it goes on, and if it was canceled or the room was deleted.</summary>
    public Exception? Error { get; private set; }

    /// <summary>Completes when the watch, which must have been canceled, has ended.</summary>
    public async ValueTask DisposeAsync() => await _running.ConfigureAwait(false);

    private async Task RunAsync(
        IAsyncEnumerable<RoomEvent> events, Func<CancellationToken, ValueTask> check, Func<RoomEvent, bool> mayMatter, Action ended, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var happened in events.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                if (happened is RoomEvent.CaughtUp || mayMatter(happened))
                {
                    await check(cancellationToken).ConfigureAwait(false);
                    _begun.TrySetResult();
                }
            }

            // The room was deleted, and the thread with it, which the thread's own events say.
            _begun.TrySetResult();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _begun.TrySetCanceled(cancellationToken);
        }
        catch (Exception e)
        {
            Error = e;
            _begun.TrySetException(e);
            ended();
        }
    }
}
