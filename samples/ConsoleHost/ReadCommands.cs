namespace RedisChat.ConsoleHost;

/// <summary>The command about what was read, and what is unread when the user enters.</summary>
/// <param name="room">The room.</param>
/// <param name="user">The user who types.</param>
/// <param name="printer">Prints what there is to say.</param>
internal sealed class ReadCommands(ChatRoom room, string user, Printer printer)
{
    public const string Help = "/read              you have read everything; shows who has read up to where";

    /// <summary>Says how many messages are unread, if the user has ever marked some as read.</summary>
    public async Task EnterAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await room.ReadMarkers.GetAsync(user, cancellationToken) is not null
                && await room.ReadMarkers.GetUnreadAsync(user, cancellationToken) is { Count: > 0 } unread)
            {
                var mentions = await room.ReadMarkers.GetUnreadMentionsAsync(user, cancellationToken);
                printer.Note($"{unread} unread{(mentions > 0 ? $", {mentions} of them for you" : "")}. /read marks everything as read.");
            }
        }
        catch (NotSupportedException)
        {
            // The classic layout has no read markers.
        }
    }

    /// <summary>Marks everything as read, and shows how far others have read.</summary>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        var newest = (await room.ReceiveAsync(new MessageQuery { Limit = 1, Reader = user }, cancellationToken)).Position.MessageId;
        if (newest == 0)
        {
            printer.Note("No messages.");
            return;
        }

        await room.ReadMarkers.MarkReadAsync(user, newest, cancellationToken);
        var found = new Dictionary<string, ReadMarker>();
        string? cursor = null;
        do
        {
            var page = await room.ReadMarkers.ListAsync(cursor: cursor, cancellationToken: cancellationToken);
            foreach (var marker in page.Markers)
            {
                found[marker.User] = marker;
            }

            cursor = page.Cursor;
        }
        while (cursor is not null);

        foreach (var marker in found.Values.OrderByDescending(marker => marker.MessageId).ThenBy(marker => marker.User, StringComparer.Ordinal))
        {
            printer.Note(marker.MessageId == 0 ? $"{marker.User} has read nothing yet." : $"{marker.User} has read up to #{marker.MessageId}.");
        }
    }
}
