using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Changes rooms by compare-and-set: the one loop that every feature uses.</summary>
internal sealed class RoomChanger(RedisStoreContext context)
{
    // Nearly every conflict means that somebody else's change succeeded: many calls at once on one field get through one by one.
    private const int MostAttempts = 200;

    // From here on an attempt waits a little first, at random, so that those who are in each other's way get out of it.
    private const int AttemptsWithoutPause = 3;
    private const double LongestPauseMs = 32;

    // How far before the least revision a client's own may be: see room_change.lua.
    private const long LeastLead = 1_000;
    private const long MostLead = 1_000_000;

    /// <summary>Runs a change until its conditions hold.</summary>
    /// <param name="room">The room.</param>
    /// <param name="values">The values that the fields of the conditions probably hold: they need not be read first.</param>
    /// <param name="decide">
    /// From the present values to the change; <see langword="null"/> to leave everything as it is. Called again with what the fields hold
    /// if it was something else. May throw to give up.
    /// </param>
    /// <param name="cancellationToken">Stops waiting; what was sent may still happen.</param>
    /// <returns>The reply of the change that was made; <see langword="null"/> if <paramref name="decide"/> wanted none.</returns>
    /// <exception cref="ChatUnavailableException">Others kept changing the same; nothing was done.</exception>
    public async ValueTask<RoomChangeReply?> RunAsync(
        string room, RedisValue[] values, Func<RoomState, RoomChange?> decide, CancellationToken cancellationToken)
    {
        var database = await context.Connection.GetDatabaseAsync(cancellationToken, writes: true).ConfigureAwait(false);
        context.Rooms.TryGet(room, out var known);
        var revision = Math.Max(Micros.FromTime(context.Time.GetUtcNow()), known.Revision + 1);
        for (var attempt = 1; attempt <= MostAttempts; attempt++)
        {
            var start = context.Time.GetTimestamp();
            if (decide(new RoomState(values, revision)) is not { } change)
            {
                return null;
            }

            if (cancellationToken.IsCancellationRequested)
            {
                throw RedisErrors.NotSent(new OperationCanceledException(cancellationToken));
            }

            var reply = await RunAsync(database, change, cancellationToken).ConfigureAwait(false);
            if (reply.IsChanged)
            {
                context.Rooms.TryGet(room, out known);
                context.Rooms.Raise(room, known with { Revision = reply.Revision });
                return reply;
            }

            // The next one arrives about as much later as this one took, and others may take revisions meanwhile.
            var lead = Math.Clamp(2 * Micros.FromSpan(context.Time.GetElapsedTime(start)), LeastLead, MostLead);
            (values, revision) = (reply.Values, reply.Revision + lead);
            await PauseAsync(attempt, cancellationToken).ConfigureAwait(false);
        }

        throw new ChatUnavailableException(
            $"Others changed the same {MostAttempts} times in a row, each time before this change could be made. Nothing was done.");
    }

    private async Task<RoomChangeReply> RunAsync(IDatabase database, RoomChange change, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await change.RunAsync(database, context.Connection.PublishCommand, context.Options.ChangeLogLength)
                .AsTask().UntilAsync(cancellationToken).ConfigureAwait(false);
            return RoomChangeReply.Read(answer);
        }
        catch (RedisServerException e) when (change.WhenFull is { } full && RedisErrors.IsFullTally(e))
        {
            throw new ChatLimitException(full, e);
        }
        catch (Exception e) when (context.Connection.TryTranslate(e, out var error))
        {
            throw error;
        }
    }

    private async Task PauseAsync(int attempts, CancellationToken cancellationToken)
    {
        if (attempts <= AttemptsWithoutPause)
        {
            return;
        }

        var longest = Math.Min(Math.Pow(2, attempts - AttemptsWithoutPause), LongestPauseMs);
        try
        {
            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * longest), context.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            throw RedisErrors.NotSent(e);
        }
    }
}
