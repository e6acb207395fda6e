namespace RedisChat;

/// <summary>Adds all rooms of the directory to those that need upkeep, slowly: <see cref="ChatOptions.Retention"/> or <see cref="ChatOptions.Archive"/> may have been set after their last message.</summary>
internal sealed class UpkeepSweep(IRoomDirectoryStore rooms, IUpkeepStore store, OperationRunner runner)
{
    private const int RoomsAtOnce = 50;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        string? cursor = null;
        while (true)
        {
            try
            {
                var page = await rooms.ListRoomsAsync(RoomOrder.Name, cursor, RoomsAtOnce, cancellationToken).ConfigureAwait(false);
                foreach (var room in page.Rooms)
                {
                    await store.AddRoomAsync(room.Id, null, cancellationToken).ConfigureAwait(false);
                }

                if ((cursor = page.Cursor) is null)
                {
                    return;
                }
            }
            catch (ChatException e)
            {
                // The page again, once the store can be reached.
                ChatLog.UpkeepFailed(runner.Logger, e);
                await Task.Delay(runner.Options.Upkeep.PollInterval, runner.Time, cancellationToken).ConfigureAwait(false);
                continue;
            }

            await Task.Delay(Pause, runner.Time, cancellationToken).ConfigureAwait(false);
        }
    }
}
