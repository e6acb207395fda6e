using RedisChat;

namespace Snippets;

internal static class Live
{
    private static readonly SemaphoreSlim Kept = new(0);
    private static string _token = "";

    public static async Task RunAsync(Chat chat)
    {
        const string Room = "lobby";
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var view = new SortedDictionary<long, Message>();
        var watching = WatchAsync(chat, view, stop.Token);
        await Kept.WaitAsync(stop.Token); // caught up

        var started = _token;
        var kept = (await chat.SendAsync(Room, "alice", "helo")).Id;
        var gone = (await chat.SendAsync(Room, "bob", "oops")).Id;
        await chat.EditAsync(Room, kept, "alice", "hello");
        await chat.DeleteAsync(Room, gone, "bob");
        for (var events = 0; events < 4; events++)
        {
            await Kept.WaitAsync(stop.Token);
        }

        await stop.CancelAsync();
        try
        {
            await watching;
        }
        catch (OperationCanceledException)
        {
            // The stream ends by cancellation only.
        }

        Check(view[kept].Text == "hello" && !view.ContainsKey(gone));
        Check(await PollAsync(chat, started) == _token);
        Check(await StreamAsync(chat, started) == 3); // the deletion, the message in its present state, caught up
        Check((await chat.CheckHealthAsync()).IsHealthy);
    }

    private static async Task WatchAsync(Chat chat, SortedDictionary<long, Message> view, CancellationToken cancellationToken)
    {
        #region watch
        var page = await chat.ReceiveAsync("lobby", cancellationToken: cancellationToken);
        Show(page);

        await foreach (var happened in chat.WatchAsync("lobby", page.Position, cancellationToken))
        {
            switch (happened)
            {
                case RoomEvent.Created { Message: var message }:
                    view[message.Id] = message;
                    break;
                case RoomEvent.Edited { Message: var message } when view.ContainsKey(message.Id):
                    view[message.Id] = message;
                    break;
                case RoomEvent.Deleted { MessageId: var id }:
                    view.Remove(id);
                    break;
                case RoomEvent.Gap: // events were lost: load the room again; the stream continues
                    Show(await chat.ReceiveAsync("lobby", cancellationToken: cancellationToken));
                    break;
                case RoomEvent.CaughtUp: // live from here on
                    break;
            }

            Keep(happened.Position.ToString()); // a short token: RoomPosition.Parse reads it back
        }
        #endregion

        void Show(MessagePage shown)
        {
            view.Clear();
            foreach (var message in shown.Messages)
            {
                view.Add(message.Id, message);
            }
        }

        void Keep(string token)
        {
            _token = token;
            Kept.Release();
        }
    }

    private static async Task<string> PollAsync(Chat chat, string token)
    {
        #region poll
        RoomChanges changes;
        do
        {
            changes = await chat.ReadChangesAsync("lobby", RoomPosition.Parse(token));
            foreach (var happened in changes.Events)
            {
                Console.WriteLine(happened); // the same events, each message once and in its current state
            }

            token = changes.Position.ToString();
        }
        while (changes.HasMore);
        #endregion

        return token;
    }

    private static async Task<int> StreamAsync(Chat chat, string token)
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var cancellationToken = stop.Token;
        var written = 0;
        try
        {
            #region watch-options
            var options = new WatchOptions
            {
                After = RoomPosition.Parse(token), // where the client was
                MaxCatchUp = 1000, // if it missed more, it receives a Gap: a fresh page is better
                Heartbeat = TimeSpan.FromSeconds(15), // something to write when nothing happens
            };
            await foreach (var happened in chat.WatchAsync("lobby", options, cancellationToken))
            {
                await WriteAsync(happened is RoomEvent.Heartbeat ? ": still here" : $"{happened}");
            }
            #endregion
        }
        catch (OperationCanceledException)
        {
            // The client has left.
        }

        return written;

        async Task WriteAsync(string line)
        {
            written++;
            if (line.Contains("CaughtUp", StringComparison.Ordinal))
            {
                await stop.CancelAsync();
            }
        }
    }

    private static void Check(bool holds)
    {
        if (!holds)
        {
            throw new InvalidOperationException("A live snippet did not do what the README says.");
        }
    }
}
