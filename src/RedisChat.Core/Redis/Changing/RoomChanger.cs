using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Changes rooms by compare-and-set. All features share this loop.</summary>
internal sealed class RoomChanger(RedisStoreContext context)
{
    // Nearly every conflict means that another call succeeded, so many concurrent calls on one field succeed one by one.
    private const int MostAttempts = 200;

    // From this attempt on, wait a short random time first, so that competing callers spread out.
    private const int AttemptsWithoutPause = 3;
    private const double LongestPauseMs = 32;

    // How far a client's own revision may be ahead of the lowest one: see room_change.lua.
    private const long LeastLead = 1_000;
    private const long MostLead = 1_000_000;

    /// <summary>Runs a change until its conditions hold.</summary>
    /// <param name="room">The room.</param>
    /// <param name="values">The expected values of the fields in the conditions. A guess is enough; they need not be read first.</param>
    /// <param name="decide">
    /// Turns the current values into the change, or returns <see langword="null"/> to leave everything as it is. Called again with the fields' current
    /// values if they differed. May throw to give up.
    /// </param>
    /// <param name="cancellationToken">Stops waiting; a change that was already sent may still happen.</param>
    /// <param name="encrypts">
    /// Whether the change writes what is encrypted in encrypted rooms: it then gets the room's cipher. If the present data key is another one than that of the cipher, the change is decided again, with a cipher
    /// that may lack earlier keys. So what was decrypted before must not be written with it: see <see cref="StoredMessage.IsOpenTo"/>.
    /// </param>
    /// <param name="wasEncrypted">Whether what is changed was encrypted: it then stays so, even if the room is no longer chosen.</param>
    /// <returns>The reply of the change that was made; <see langword="null"/> if <paramref name="decide"/> returned none.</returns>
    /// <exception cref="ChatUnavailableException">Other callers kept changing the same fields. Nothing was done.</exception>
    public async ValueTask<RoomChangeReply?> RunAsync(
        string room, RedisValue[] values, Func<RoomState, RoomChange?> decide, CancellationToken cancellationToken, bool encrypts = false, bool wasEncrypted = false)
    {
        var cipher = encrypts ? await CipherAsync(room, wasEncrypted, cancellationToken).ConfigureAwait(false) : null;
        var database = await context.Connection.GetDatabaseAsync(cancellationToken, writes: true).ConfigureAwait(false);
        context.Rooms.TryGet(room, out var known);
        var revision = Math.Max(Micros.FromTime(context.Time.GetUtcNow()), known.Revision + 1);
        var hasRules = known.NeedsGuard;
        for (var attempt = 1; attempt <= MostAttempts; attempt++)
        {
            var start = context.Time.GetTimestamp();
            if (decide(new RoomState(values, revision, cipher)) is not { } change)
            {
                return null;
            }

            if (cancellationToken.IsCancellationRequested)
            {
                throw RedisErrors.NotSent(new OperationCanceledException(cancellationToken));
            }

            var reply = await RunAsync(database, change, hasRules, cancellationToken).ConfigureAwait(false);
            context.Rooms.TryGet(room, out known);
            switch (reply.Outcome)
            {
                case RoomChangeOutcome.Changed:
                    context.Rooms.Raise(room, known with { Revision = reply.Revision });
                    return reply;
                case RoomChangeOutcome.Refused:
                    throw RuleRefusal.Error((string)reply.Values[0]!, reply.Revision, change.Permit.Right);
                case RoomChangeOutcome.Unguarded:
                    hasRules = true;
                    context.Rooms.Raise(room, known with { Uses = reply.Values[0] });
                    continue;
                case RoomChangeOutcome.StaleKey:
                    context.Ciphers!.Forget(room);
                    cipher = await CipherAsync(room, isRequired: true, cancellationToken).ConfigureAwait(false);
                    continue;
            }

            // The next attempt arrives about as much later as this one took, and others may take revisions meanwhile.
            var lead = Math.Clamp(2 * Micros.FromSpan(context.Time.GetElapsedTime(start)), LeastLead, MostLead);
            (values, revision) = (reply.Values, reply.Revision + lead);
            await PauseAsync(attempt, cancellationToken).ConfigureAwait(false);
        }

        throw new ChatUnavailableException(
            $"Other callers changed the same data {MostAttempts} times in a row, each time before this change could be made. Nothing was done.");
    }

    private async ValueTask<RoomCipher?> CipherAsync(string room, bool isRequired, CancellationToken cancellationToken)
    {
        if (context.Ciphers is not { } ciphers)
        {
            return null;
        }

        try
        {
            return isRequired
                ? await ciphers.EnsureAsync(room, cancellationToken).ConfigureAwait(false)
                : await ciphers.ForChangingAsync(room, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            throw RedisErrors.NotSent(e);
        }
    }

    private async Task<RoomChangeReply> RunAsync(IDatabase database, RoomChange change, bool hasRules, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await change.RunAsync(database, context.Connection.Channels.PublishCommand, context.Options.ChangeLogLength, hasRules)
                .AsTask().UntilAsync(cancellationToken).ConfigureAwait(false);
            return RoomChangeReply.Read(answer);
        }
        catch (RedisServerException e) when (change.WhenFull is { } full && ServerRefusals.IsFullTally(e))
        {
            throw new ChatLimitException(full, e);
        }
        catch (Exception e) when (context.Connection.Errors.TryTranslate(e, out var error))
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
