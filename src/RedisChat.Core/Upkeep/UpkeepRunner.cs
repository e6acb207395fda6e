namespace RedisChat;

/// <summary>Finds rooms that need work, and lets the features do it: see <see cref="Chat.RunUpkeepAsync"/>.</summary>
/// <remarks>What fails here is tried again when its claim ends, by whichever process then claims the room.</remarks>
internal sealed class UpkeepRunner(IUpkeepStore store, OperationRunner runner, IReadOnlyList<IRoomUpkeep> upkeeps)
{
    private const int MostClaimed = 16;
    private const int RoomsAtOnce = 2 * MostClaimed;

    private readonly UpkeepOptions _options = runner.Options.Upkeep;
    private bool _isFailing;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var running = new List<Task>();
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var pause = await ClaimAsync(running, cancellationToken).ConfigureAwait(false);

                // No room waits for a slow one, unless very many are slow; and those only until their claims end.
                while (running.Count > RoomsAtOnce - MostClaimed)
                {
                    await Task.WhenAny(running).ConfigureAwait(false);
                    await EndAsync(running).ConfigureAwait(false);
                }

                if (pause > TimeSpan.Zero)
                {
                    await Task.Delay(pause, runner.Time, cancellationToken).ConfigureAwait(false);
                }

                await EndAsync(running).ConfigureAwait(false);
            }
        }
        finally
        {
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Claims rooms and begins to work on them.</summary>
    /// <returns>How long to pause.</returns>
    private async ValueTask<TimeSpan> ClaimAsync(List<Task> running, CancellationToken cancellationToken)
    {
        try
        {
            var claimed = await store.ClaimRoomsAsync(_options.Lease, MostClaimed, cancellationToken).ConfigureAwait(false);
            running.AddRange(claimed.Rooms.Select(room => WorkAsync(room, cancellationToken)));
            _isFailing = false;
            return claimed.Next is { } next && next < _options.PollInterval ? next : _options.PollInterval;
        }
        catch (ChatException e)
        {
            // Once, not every few seconds while the store is down.
            if (!_isFailing)
            {
                ChatLog.UpkeepFailed(runner.Logger, e);
            }

            _isFailing = true;
            return _options.PollInterval;
        }
    }

    private async Task WorkAsync(ClaimedRoom claimed, CancellationToken cancellationToken)
    {
        using var lease = new CancellationTokenSource(_options.Lease, runner.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(lease.Token, cancellationToken);
        try
        {
            TimeSpan? again = null;
            foreach (var upkeep in upkeeps)
            {
                var wait = await upkeep.RunAsync(claimed.Room, both.Token).ConfigureAwait(false);
                again = again is { } earlier && (wait is null || earlier < wait) ? earlier : wait;
            }

            await store.SettleRoomAsync(claimed, again, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (lease.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // The claim has ended, so the room is claimed again.
        }
        catch (Exception e) when (e is ChatException or NotSupportedException)
        {
            ChatLog.UpkeepFailed(runner.Logger, e);
        }
    }

    /// <summary>Removes the tasks that have ended.</summary>
    private static async ValueTask EndAsync(List<Task> running)
    {
        foreach (var ended in running.Where(task => task.IsCompleted).ToList())
        {
            running.Remove(ended);
            await ended.ConfigureAwait(false);
        }
    }
}
