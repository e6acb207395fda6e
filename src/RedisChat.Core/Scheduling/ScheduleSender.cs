namespace RedisChat;

/// <summary>Sends scheduled messages when they are due: see <see cref="Chat.RunScheduleAsync"/>.</summary>
/// <remarks>What fails here is tried again when its claim ends, by whichever process then claims it.</remarks>
internal sealed class ScheduleSender(IScheduleStore store, OperationRunner runner, MessageFilters? filters, ISentObserver? observer = null)
{
    private const int MostClaimed = 16;
    private const int RoomsAtOnce = 8;

    private static readonly ChatOperation Send = new(ChatOperations.Send, "The scheduled message could not be sent") { Writes = true };

    private static readonly TimeSpan FilterPause = TimeSpan.FromSeconds(5);

    private readonly TimeSpan _interval = runner.Options.Schedule.PollInterval;

    // Other processes must not take what this one is still trying to send.
    private readonly TimeSpan _lease = 2 * runner.Options.OperationTimeout;
    private bool _isFailing;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var pause = _interval;
            try
            {
                var due = await store.ClaimDueAsync(_lease, MostClaimed, cancellationToken).ConfigureAwait(false);

                // Messages of one room are sent in their order.
                await Parallel.ForEachAsync(
                    due.Messages.GroupBy(message => message.Message.Room, StringComparer.Ordinal),
                    new ParallelOptions { MaxDegreeOfParallelism = RoomsAtOnce, CancellationToken = cancellationToken },
                    async (room, token) =>
                    {
                        foreach (var message in room)
                        {
                            await SendAsync(message, token).ConfigureAwait(false);
                        }
                    }).ConfigureAwait(false);
                pause = due.Next is { } next && next < _interval ? next : _interval;
                _isFailing = false;
            }
            catch (ChatException e)
            {
                // Once, not every second while the store is down.
                if (!_isFailing)
                {
                    ChatLog.ScheduleFailed(runner.Logger, e);
                }

                _isFailing = true;
            }

            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, runner.Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask SendAsync(DueMessage due, CancellationToken cancellationToken)
    {
        var scheduled = due.Message;
        TimeSpan? again = null;
        try
        {
            if (!await TrySendAsync(due, cancellationToken).ConfigureAwait(false))
            {
                // Somebody has changed or removed it since it was claimed. The next claim finds out which, and sends it as it is then.
                again = TimeSpan.Zero;
            }
        }
        catch (ChatForbiddenException e) when (e.Reason is ForbiddenReason.SlowMode or ForbiddenReason.FloodLimit && e.RetryAfter is not null)
        {
            again = e.RetryAfter;
        }
        catch (ChatForbiddenException e) when (e is { Reason: ForbiddenReason.Filtered, InnerException: not null })
        {
            // A filter could not check it. That is no reason to give up.
            again = FilterPause;
        }
        catch (Exception e) when (e is ChatForbiddenException or ChatParentNotFoundException or ChatIdempotencyConflictException or ChatInputException)
        {
            if (!await TryFailAsync(scheduled, e.Message, cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }
        catch (Exception e) when (e is ChatException or NotSupportedException)
        {
            // When the claim ends, the message is due again.
            ChatLog.ScheduleFailed(runner.Logger, e);
            return;
        }

        await store.SettleAsync(due, again, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a message; <see langword="false"/> if it is no longer stored as it was claimed.</summary>
    private async ValueTask<bool> TrySendAsync(DueMessage due, CancellationToken cancellationToken)
    {
        var scheduled = due.Message;

        // The key stays the same for all attempts, in all processes.
        var message = scheduled.Message.IdempotencyKey is null
            ? scheduled.Message with { IdempotencyKey = scheduled.Id, IsKeyGenerated = true }
            : scheduled.Message;
        MessageInput.CheckMessage(message, runner.Options);
        message = filters is null ? message : await filters.FilterAsync(scheduled.Room, message, cancellationToken).ConfigureAwait(false);
        var receipt = await runner.RunAsync(
            Send, scheduled.Room, (Store: store, Due: due, Message: message, runner.Durability),
            static (call, token) => call.Store.SendScheduledAsync(call.Due, call.Message, call.Durability, token), cancellationToken).ConfigureAwait(false);
        if (receipt is null)
        {
            return false;
        }

        ChatTelemetry.Stored(receipt);
        observer?.Sent(scheduled.Room, receipt.Id, message.Text);
        return true;
    }

    /// <summary>Records why a message could not be sent; <see langword="false"/> if it cannot be read any more: then it is due again when the claim ends, and the messages of other rooms go on.</summary>
    private async ValueTask<bool> TryFailAsync(ScheduledMessage scheduled, string failure, CancellationToken cancellationToken)
    {
        try
        {
            await store.ChangeScheduledAsync(
                scheduled.Room, scheduled.Message.User, scheduled.Id,

                // Unless the user has just changed it.
                present => RoomSchedule.IsSame(present, scheduled) ? present with { Failure = failure } : present,
                cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (ChatDataException e)
        {
            ChatLog.ScheduleFailed(runner.Logger, e);
            return false;
        }
    }
}
