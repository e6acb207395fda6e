namespace RedisChat;

/// <summary>With a retention or an archive for all rooms, adds a room to those that need upkeep whenever 128 more messages were sent to it: then there may be some that can go.</summary>
internal sealed class BegunRooms(IUpkeepStore store, OperationRunner runner)
{
    /// <summary>How many ids are trimmed, or archived, together.</summary>
    public const int Size = 128;

    /// <summary>Adds a room, in the background. If that fails, the room is added after as many messages again.</summary>
    public void Add(string room) => Background.Begin((Rooms: this, Room: room), static call => _ = call.Rooms.AddAsync(call.Room));

    private async Task AddAsync(string room)
    {
        try
        {
            await store.AddRoomAsync(room, null, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ChatException or ObjectDisposedException or TimeoutException)
        {
            ChatLog.UpkeepNotNoted(runner.Logger, e);
        }
    }
}
