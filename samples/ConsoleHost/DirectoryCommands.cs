using System.Globalization;

namespace RedisChat.ConsoleHost;

/// <summary>The commands about rooms: this one's settings, and the others.</summary>
/// <param name="rooms">All rooms.</param>
/// <param name="room">The room.</param>
/// <param name="user">The user who types.</param>
/// <param name="printer">Prints what there is to say.</param>
internal sealed class DirectoryCommands(RoomDirectory rooms, ChatRoom room, string user, Printer printer)
{
    public const string Help = """
        /rooms             the rooms that have a name or topic, the most active first
        /rename NAME       give this room another name; /topic TEXT another topic
        /archive           make this room read-only; /unarchive ends that
        /delete-room       delete this room with everything in it
        /dm USER [TEXT]    write to one user; without a text, show what was written
        """;

    public static readonly string[] Usages = ["/rename NAME", "/topic TEXT", "/dm USER [TEXT]"];

    private const int ListedRooms = 50;

    /// <summary>Runs a command; <see langword="false"/> if there is no such command, or it is not written like this.</summary>
    public async Task<bool> RunAsync(string command, string rest, CancellationToken cancellationToken)
    {
        switch (command)
        {
            case "/rooms":
                await ListAsync(cancellationToken);
                return true;
            case "/rename" when rest.Length > 0:
                Show(await rooms.RenameAsync(room.Id, rest, user, cancellationToken));
                return true;
            case "/topic" when rest.Length > 0:
                Show(await rooms.SetTopicAsync(room.Id, rest, user, cancellationToken));
                return true;
            case "/archive":
                await rooms.ArchiveAsync(room.Id, user, cancellationToken);
                printer.Note("The room is read-only. /unarchive ends that.");
                return true;
            case "/unarchive":
                await rooms.UnarchiveAsync(room.Id, user, cancellationToken);
                printer.Note("The room is not read-only.");
                return true;
            case "/delete-room":
                await DeleteAsync(cancellationToken);
                return true;
            case "/dm" when rest.Length > 0:
                await WriteAsync(rest, cancellationToken);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Shows what others changed.</summary>
    public void Show(RoomEvent happened)
    {
        switch (happened)
        {
            case RoomEvent.AboutChanged { About: var about } changed when changed.By != user:
                Show(about);
                break;
            case RoomEvent.RoomDeleted:
                printer.Note("The room was deleted. The next message creates a new one of this name.");
                break;
        }
    }

    private void Show(RoomAbout about) =>
        printer.Note($"This room is {NameOf(about, room.Id)}{(about.Topic.Length > 0 ? $": {about.Topic}" : "")}");

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        var page = await rooms.ListAsync(RoomOrder.Activity, limit: ListedRooms, cancellationToken: cancellationToken);
        foreach (var found in page.Rooms)
        {
            var about = found.About!;
            printer.Note(string.Create(
                CultureInfo.InvariantCulture,
                $"{NameOf(about, found.Id)} ({found.Id}): {found.Messages} messages{Last(found)}{(found.Rules.IsArchived ? ", read-only" : "")}{(about.Topic.Length > 0 ? $". {about.Topic}" : "")}"));
        }

        if (page.Rooms.Count == 0)
        {
            printer.Note("No room has a name or a topic. The owner of a room can give it one: /claim, /rename, /topic.");
        }
        else if (page.Cursor is not null)
        {
            printer.Note("There are more.");
        }
    }

    private async Task DeleteAsync(CancellationToken cancellationToken)
    {
        var deleted = await rooms.DeleteAsync(room.Id, user, cancellationToken: cancellationToken);
        printer.Note(deleted.Existed
            ? "Deleted the room with everything in it."
            : "There is no room to delete.");
    }

    private async Task WriteAsync(string rest, CancellationToken cancellationToken)
    {
        var end = rest.IndexOf(' ', StringComparison.Ordinal);
        var (other, text) = end < 0 ? (rest, "") : (rest[..end], rest[end..].Trim());
        var direct = await rooms.DirectAsync(user, other, cancellationToken);
        if (text.Length > 0)
        {
            await direct.SendAsync(user, text, cancellationToken);
            printer.Note($"Sent to {other}. /dm {other} shows your messages; --room {direct.Id} opens them.");
            return;
        }

        var page = await direct.ReceiveAsync(new MessageQuery { Limit = RoomView.DefaultCount, Reader = user }, cancellationToken);
        foreach (var message in page.Messages)
        {
            printer.Message(message, own: message.User == user);
        }

        if (page.Messages.Count == 0)
        {
            printer.Note($"You and {other} have not written to each other.");
        }
    }

    private static string NameOf(RoomAbout about, string id) => about.Name.Length > 0 ? about.Name : id;

    private static string Last(RoomInfo found) => found.LastMessageAt is { } time
        ? string.Create(CultureInfo.InvariantCulture, $", the last at {TimeZoneInfo.ConvertTime(time, TimeZoneInfo.Local):yyyy-MM-dd HH:mm}")
        : "";
}
