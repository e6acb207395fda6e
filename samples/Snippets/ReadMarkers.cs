using RedisChat;

namespace Snippets;

/// <summary>README, "Read markers".</summary>
internal static class ReadMarkers
{
    public static async Task RunAsync(Chat chat)
    {
        var first = await chat.SendManyAsync("team", [new("bob", "one"), new("bob", "two"), new("alice", "three"), new("bob", "four")]);
        var (id, user) = (first[1].Id, "alice");

        #region read-markers
        var markers = chat.Room("team").ReadMarkers;
        await markers.MarkReadAsync(user, id); // never goes back, in whatever order calls arrive

        var unread = await markers.GetUnreadAsync(user); // those that exist, and are not alice's own; "99+" if there are more
        Console.WriteLine($"{unread} unread");
        var whoHasReadIt = await markers.ListAsync(readUpTo: id); // whoHasReadIt.Markers: alice; without an id: how far each user has read
        await markers.MarkUnreadAsync(user, id); // this message and all after it
        #endregion

        if (unread != new UnreadCount(1, false) || whoHasReadIt.Markers is not [{ User: "alice" }])
        {
            throw new InvalidOperationException("The read markers are not what the README says.");
        }
    }
}
