using RedisChat;

namespace Snippets;

/// <summary>README, "Presence".</summary>
internal static class Presence
{
    public static async Task RunAsync(Chat chat)
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var shown = new SortedSet<string>();
        var watching = WatchAsync(chat, shown, stop.Token);
        await VisitAsync(chat, "alice", () => UntilAsync(() => shown.Contains("alice"), stop.Token));
        await UntilAsync(() => shown.Count == 0, stop.Token);
        await stop.CancelAsync();
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task VisitAsync(Chat chat, string user, Func<Task> stayAsync)
    {
        #region presence
        var presence = chat.Room("lounge").Presence;
        await using var here = await presence.EnterAsync(user); // for each connection; a user is counted once

        await presence.TypingAsync(user); // for each key that is pressed: it is throttled
        var present = await presence.ListAsync(); // present.Users: alice; present.Count: 1; present.Cursor: where to continue
        #endregion

        await stayAsync();
        if (present is not { Users: ["alice"], Count: 1 })
        {
            throw new InvalidOperationException("The presence is not what the README says.");
        }
    }

    private static async Task UntilAsync(Func<bool> isSo, CancellationToken cancellationToken)
    {
        while (!isSo())
        {
            await Task.Delay(10, cancellationToken);
        }
    }

    private static async Task WatchAsync(Chat chat, SortedSet<string> shown, CancellationToken cancellationToken)
    {
        var typing = new Dictionary<string, DateTimeOffset>();
        var presence = chat.Room("lounge").Presence;

        #region watch-presence
        await foreach (var happened in chat.WatchAsync("lounge", cancellationToken: cancellationToken))
        {
            switch (happened)
            {
                case RoomEvent.Entered { User: var user }:
                    shown.Add(user);
                    break;
                case RoomEvent.Left { User: var user }:
                    shown.Remove(user);
                    break;
                case RoomEvent.CaughtUp or RoomEvent.Gap or RoomEvent.PresenceChanged: // list them again
                    shown.Clear();
                    shown.UnionWith((await presence.ListAsync(cancellationToken: cancellationToken)).Users);
                    break;
                case RoomEvent.Typing { User: var user, Until: var until }: // show it until then, or until the user's next message
                    typing[user] = until;
                    break;
            }
        }
        #endregion
    }
}
