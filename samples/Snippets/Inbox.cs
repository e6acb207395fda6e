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
        await WatchAsync(chat, inbox);
        if (page.Rooms is not [{ Room: "book club", Unread.Count: 1 }])
        {
            throw new InvalidOperationException("The inbox is not what the README says.");
        }
    }

    private static async Task WatchAsync(Chat chat, UserInbox inbox)
    {
        using var stop = new CancellationTokenSource();
        var cancellationToken = stop.Token;
        var shown = new List<InboxRoom?>();

        void Show(string room, InboxRoom? now)
        {
            shown.Add(now);
            _ = shown.Count == 1 ? chat.Room(room).ReadMarkers.MarkReadAsync("carol", 1) : stop.CancelAsync();
        }

        try
        {
            #region watch-inbox
            await foreach (var (room, now) in inbox.WatchAsync(cancellationToken: cancellationToken))
            {
                // First every room as it is, then each one that changes; null: the user is no longer a member.
                Show(room, now);
            }
            #endregion
        }
        catch (OperationCanceledException)
        {
            // The change has arrived.
        }

        if (shown is not [{ Unread.Count: 1, IsMuted: true }, { Unread.Count: 0 }])
        {
            throw new InvalidOperationException("The watched inbox is not what the README says.");
        }
    }
}
