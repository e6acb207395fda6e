namespace RedisChat.ConsoleHost;

/// <summary>Who comes, goes and types, and the command to tell that the user types.</summary>
/// <param name="presence">The room's presence.</param>
/// <param name="user">The user.</param>
/// <param name="printer">Prints what there is to say.</param>
internal sealed class PresenceCommands(RoomPresence presence, string user, Printer printer)
{
    public const string Help = "/typing            tell others that you are typing; a terminal gives only whole lines";

    /// <summary>Makes the user present until the result is disposed; <see langword="null"/> if that is not possible here.</summary>
    public async Task<IAsyncDisposable?> EnterAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await presence.EnterAsync(user, cancellationToken);
        }
        catch (Exception e) when (e is ChatException or NotSupportedException)
        {
            // The classic layout knows no presence; and if the server is away, the chat goes on without it.
            return null;
        }
    }

    /// <summary>Tells others that the user is typing.</summary>
    public Task TypeAsync(CancellationToken cancellationToken) => presence.TypingAsync(user, cancellationToken);

    /// <summary>Shows what others do.</summary>
    public void Show(RoomEvent happened)
    {
        switch (happened)
        {
            case RoomEvent.Entered { User: var other } entered when other != user:
                printer.Note($"{other} came in. {Present(entered.Count)}");
                break;
            case RoomEvent.Left { User: var other } left when other != user:
                printer.Note($"{other} went out. {Present(left.Count)}");
                break;
            case RoomEvent.PresenceChanged { Count: var count }:
                printer.Note(Present(count));
                break;
            case RoomEvent.Typing { User: var other } when other != user:
                printer.Note($"{other} is typing …");
                break;
        }
    }

    private static string Present(long count) => count == 1 ? "1 user is here." : $"{count} users are here.";
}
