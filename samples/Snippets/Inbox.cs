using RedisChat;

namespace Snippets;

/// <summary>README, "Inbox".</summary>
internal static class Inbox
{
    public static async Task RunAsync(Chat chat)
    {
        await chat.Room("book club").Members.JoinAsync("carol");
        await chat.SendAsync("book club", "bob", "next Tuesday?");

        #region inbox
        var inbox = chat.User("carol").Inbox;
        var page = await inbox.ListAsync(limit: 50); // newest activity first; page.Cursor: where to continue
        foreach (var room in page.Rooms)
        {
            Console.WriteLine($"{room.Room}: {room.Unread} unread, {room.LastMessage?.User}: {room.LastMessage?.Text}");
        }

        await inbox.MuteAsync("book club"); // room.IsMuted, for clients that notify the user
        await inbox.HideAsync("book club"); // not listed until its next message
        #endregion

        await inbox.ShowAsync("book club");
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var isFirst = true;

        #region watch-inbox
        await foreach (var (room, now) in inbox.WatchAsync(cancellationToken: stop.Token))
        {
            // First every room as it is, then each one that changes; null: no longer a member.
            Console.WriteLine(now is null ? $"{room} is gone" : $"{room}: {now.Unread} unread");
            #endregion
            if (isFirst)
            {
                isFirst = false;
                await chat.Room("book club").ReadMarkers.MarkReadAsync("carol", 1);
            }
            else if (now is { Unread.Count: 0, IsMuted: true })
            {
                break;
            }
            #region watch-inbox
        }
        #endregion

        if (page.Rooms is not [{ Room: "book club", Unread.Count: 1 }])
        {
            throw new InvalidOperationException("The inbox is not what the README says.");
        }
    }
}
