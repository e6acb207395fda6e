namespace RedisChat;

/// <summary>Deletes expired messages.</summary>
internal sealed class ExpiryUpkeep(IMessageStore store, IExpiryStore expiry, OperationRunner runner) : IRoomUpkeep
{
    /// <summary>The reason of the deletion.</summary>
    public const string Reason = "expired";

    // Sends do not add a room with a default life, so the upkeep visits it as often as that. Expired messages are not visible meanwhile.
    private static readonly TimeSpan LeastVisit = TimeSpan.FromMinutes(1);

    private static readonly ChatOperation Work = new(ChatOperations.Delete, "Expired messages could not be deleted")
    {
        Writes = true,
        InDoubt = "Some may have been deleted. The next attempt follows.",
    };

    public async ValueTask<TimeSpan?> RunAsync(string room, CancellationToken cancellationToken)
    {
        var expired = await runner.RunAsync(
            Work, room, (Store: expiry, Room: room), static (call, token) => call.Store.ReadExpiredAsync(call.Room, ChatLimits.MaxDeletedAtOnce, token), cancellationToken).ConfigureAwait(false);
        if (expired.Ids.Count == 0)
        {
            return expired.Next ?? (expired.Default is { } life ? life > LeastVisit ? life : LeastVisit : null);
        }

        try
        {
            await BulkDeletion.RunAsync(store, runner, room, MessageSelection.Of(expired.Ids), Actor.Application, Reason, progress: null, cancellationToken).ConfigureAwait(false);
        }
        catch (ChatForbiddenException)
        {
            // The room is being deleted.
            return null;
        }

        // Those that someone has deleted without the index, which an error of the server in the middle of a script may leave. Not after a failure: messages that this process cannot decrypt are still there, and another one
        // can delete them.
        await runner.RunAsync(
            Work, room, (Store: expiry, Room: room, expired.Ids),
            static async (call, token) =>
            {
                await call.Store.ForgetExpiredAsync(call.Room, call.Ids, token).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        return TimeSpan.Zero;
    }
}
