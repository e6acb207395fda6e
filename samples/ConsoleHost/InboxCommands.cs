namespace RedisChat.ConsoleHost;

/// <summary>The command about the user's rooms.</summary>
/// <param name="inbox">The user's inbox.</param>
/// <param name="printer">Prints what there is to say.</param>
internal sealed class InboxCommands(UserInbox inbox, Printer printer)
{
    public const string Help = "/inbox             the rooms that you have joined, and what is unread there";

    private const int ListedRooms = 50;

    /// <summary>Lists the rooms, newest activity first.</summary>
    public async Task ListAsync(CancellationToken cancellationToken)
    {
        var page = await inbox.ListAsync(limit: ListedRooms, cancellationToken: cancellationToken);
        foreach (var room in page.Rooms)
        {
            var name = ThreadId.TryParse(room.Room, out var thread) ? $"{thread}" : room.Room;
            printer.Note($"{name}: {room.Unread} unread{(room.UnreadMentions > 0 ? $", {room.UnreadMentions} of them for you" : "")}{(room.LastMessage is { } last ? $". {last.User}: {last.Text}" : ".")}");
        }

        if (page.Rooms.Count == 0)
        {
            printer.Note("You have joined no room. /join joins this one.");
        }
        else if (page.Cursor is not null)
        {
            printer.Note($"These are the first {ListedRooms}.");
        }
    }
}
