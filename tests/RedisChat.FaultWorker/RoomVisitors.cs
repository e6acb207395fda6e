namespace RedisChat.Faults;

/// <summary>Makes users present in one room until the end.</summary>
internal sealed class RoomVisitors(Chat chat, HistoryWriter history, string room, IReadOnlyList<string> users)
{
    public async Task RunAsync(CancellationToken stop)
    {
        var present = await Task.WhenAll(users.Select(user => EnterAsync(user, stop)));
        history.Write(new UsersEntered(room, users));
        await Task.Delay(Timeout.Infinite, stop).ContinueWith(_ => { }, TaskScheduler.Default);
        await Task.WhenAll(present.Select(connection => connection.DisposeAsync().AsTask()));
    }

    private async Task<IAsyncDisposable> EnterAsync(string user, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                return await chat.Room(room).Presence.EnterAsync(user, stop);
            }
            catch (ChatException)
            {
                await Task.Delay(100, stop);
            }
        }
    }
}
