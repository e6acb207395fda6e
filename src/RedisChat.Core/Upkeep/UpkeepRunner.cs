namespace RedisChat;

/// <summary>Finds rooms that need work, and lets the features do it: see <see cref="Chat.RunUpkeepAsync"/>.</summary>
/// <remarks>What fails here is tried again when its claim ends, by whichever process then claims the room.</remarks>
internal sealed class UpkeepRunner(IUpkeepStore store, OperationRunner runner, IReadOnlyList<IRoomUpkeep> upkeeps)
{
    private const int MostClaimed = 16;
    private const int RoomsAtOnce = 2 * MostClaimed;

    private readonly UpkeepOptions _options = runner.Options.Upkeep;
    private bool _isFailing;

    /// <summary>Runs until it is canceled.</summary>
    /// <param name="sweep">Finds rooms that nobody has added, at the beginning; <see langword="null"/> if there cannot be any.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(UpkeepSweep? sweep, CancellationToken cancellationToken)
    {
        var running = new List<Task>();
        if (sweep is not null)
        {
            running.Add(sweep.RunAsync(cancellationToken));
        }

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
            // A room with much to do goes on for half of its claim; then others that wait get its place.
            var (start, working) = (runner.Time.GetTimestamp(), upkeeps.ToList());
            TimeSpan? again;
            do
            {
                again = await RunAsync(claimed.Room, working, both.Token).ConfigureAwait(false);
            }
            while (again == TimeSpan.Zero && runner.Time.GetElapsedTime(start) < _options.Lease / 2);
            if (working.Count == upkeeps.Count)
            {
                await store.SettleRoomAsync(claimed, again, both.Token).ConfigureAwait(false);
            }

            // Otherwise the claim runs out, and the room is claimed again.
        }
        catch (Exception e)
        {
            // The loop reports that it was canceled. If the claim has ended, the room is claimed again.
            if (!cancellationToken.IsCancellationRequested && !(lease.IsCancellationRequested && e is OperationCanceledException))
            {
                Log(e);
            }
        }
    }

    /// <summary>Lets features do what is due.</summary>
    /// <param name="room">The room.</param>
    /// <param name="working">The features. One that fails is removed, and keeps no other from its work.</param>
    /// <param name="cancellationToken">Is canceled when the claim ends.</param>
    /// <returns>When the first of them is needed again.</returns>
    private async ValueTask<TimeSpan?> RunAsync(string room, List<IRoomUpkeep> working, CancellationToken cancellationToken)
    {
        TimeSpan? again = null;
        foreach (var upkeep in working.ToArray())
        {
            try
            {
                var wait = await upkeep.RunAsync(room, cancellationToken).ConfigureAwait(false);
                again = again is { } earlier && (wait is null || earlier < wait) ? earlier : wait;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                Log(e);
                working.Remove(upkeep);
            }
        }

        return again;
    }

    private void Log(Exception error)
    {
        if (error is ChatException or NotSupportedException)
        {
            ChatLog.UpkeepFailed(runner.Logger, error);
            return;
        }

        // The application's code threw it, so its message may have a user's text.
        ChatLog.UpkeepStepFailed(runner.Logger, error.GetType().Name);
        ChatLog.UpkeepStepError(runner.Logger, error);
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
