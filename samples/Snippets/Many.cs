using RedisChat;

namespace Snippets;

/// <summary>README, "Watch many rooms".</summary>
internal static class Many
{
    public static async Task WatchAsync(Chat chat)
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var cancellationToken = stop.Token;
        var lobby = (await chat.ReceiveAsync("lobby", cancellationToken: cancellationToken)).Position;
        var written = new List<string>();

        #region many
        var rooms = new Dictionary<string, RoomPosition?> { ["lobby"] = lobby, ["news"] = null }; // null: from now on
        var options = new WatchManyOptions { Heartbeat = TimeSpan.FromSeconds(15) }; // one for the whole stream
        await using var watched = chat.WatchManyAsync(rooms, options, cancellationToken);
        watched.Add("party"); // at any time, from any thread, as is watched.Remove("news")

        await foreach (var (room, happened) in watched)
        {
            switch (happened)
            {
                case RoomEvent.Failed { Error: var error }: // the room has left the stream; the others continue
                    Console.Error.WriteLine($"{room}: {error?.Message}");
                    break;
                case RoomEvent.Heartbeat:
                    await WriteAsync(": still here");
                    break;
                default:
                    await WriteAsync($"{room}: {happened}");
                    break;
            }
        }
        #endregion

        if (written.Count != 4 || !written[3].StartsWith("party: Created", StringComparison.Ordinal))
        {
            throw new InvalidOperationException("The stream of many rooms is not what the README says.");
        }

        async Task WriteAsync(string line)
        {
            written.Add(line);
            if (written.Count == 3)
            {
                await chat.SendAsync("party", "alice", "all rooms have caught up", cancellationToken);
            }
            else if (written.Count == 4)
            {
                await watched.DisposeAsync();
            }
        }
    }
}
