namespace RedisChat;

/// <summary>Trims the history of rooms as far as their retention allows.</summary>
internal sealed class RetentionUpkeep(IMessageStore store, IRetentionStore retention, OperationRunner runner) : IRoomUpkeep
{
    private static readonly ChatOperation Work = new(ChatOperations.Delete, "Old messages could not be deleted")
    {
        Writes = true,
        InDoubt = "Some may have been deleted. The next attempt follows.",
    };

    private readonly IRoomDirectoryStore? _rooms = store.GetAbility<IRoomDirectoryStore>();

    public async ValueTask<TimeSpan?> RunAsync(string room, CancellationToken cancellationToken)
    {
        if (ThreadId.IsThread(room) || await PolicyOfAsync(room, cancellationToken).ConfigureAwait(false) is not { } policy || policy == RetentionPolicy.Everything)
        {
            return null;
        }

        try
        {
            var step = await runner.RunAsync(
                Work, room, (Store: retention, Room: room, Policy: policy, Now: runner.Time.GetUtcNow()),
                static (call, token) => call.Store.TrimStepAsync(call.Room, call.Policy, call.Now, token), cancellationToken).ConfigureAwait(false);
            return step.Next;
        }
        catch (ChatForbiddenException)
        {
            // The room is being deleted.
            return null;
        }
    }

    private async ValueTask<RetentionPolicy?> PolicyOfAsync(string room, CancellationToken cancellationToken)
    {
        if (_rooms is null)
        {
            return runner.Options.Retention;
        }

        var found = await runner.RunAsync(
            ChatOperation.Read, room, (Rooms: _rooms, Room: room), static (call, token) => call.Rooms.ReadRoomsAsync([call.Room], token), cancellationToken).ConfigureAwait(false);
        return found[0].Exists ? found[0].About?.Retention ?? runner.Options.Retention : null;
    }
}
