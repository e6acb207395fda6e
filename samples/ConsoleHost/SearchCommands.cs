namespace RedisChat.ConsoleHost;

/// <summary>The command that searches this room, and what keeps the index up to date.</summary>
/// <param name="chat">The chat.</param>
/// <param name="room">The room.</param>
/// <param name="user">The user who searches.</param>
/// <param name="printer">Prints what was found.</param>
internal sealed class SearchCommands(Chat chat, ChatRoom room, string user, Printer printer)
{
    public const string Help = "/search WORDS      messages of this room and its threads that have these words";

    public static readonly string[] Usages = ["/search WORDS"];

    /// <summary>Shows what is found, newest last, like a history.</summary>
    public async Task FindAsync(string words, CancellationToken cancellationToken)
    {
        var page = await room.Search.FindAsync(new MessageSearch(words) { Limit = RoomView.DefaultCount }, user, cancellationToken);
        foreach (var hit in page.Hits.Reverse())
        {
            printer.Found(hit, own: hit.Message.User == user);
        }

        printer.Note(page.Hits.Count == 0 ? "Nothing was found." : page.Cursor is null ? $"{page.Hits.Count} found." : $"The newest {page.Hits.Count}. More words find fewer.");
    }

    /// <summary>Indexes the room while the user is in it.</summary>
    public async Task FeedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await chat.RunIndexAsync(new IndexingOptions { Rooms = _ => NamedAsync(), DiscoveryInterval = TimeSpan.FromSeconds(1) }, cancellationToken);
        }
        catch (Exception e) when (e is OperationCanceledException or NotSupportedException or ChatIndexException)
        {
            // The user leaves; or there is no index, which a search says.
        }
    }

    private async IAsyncEnumerable<string> NamedAsync()
    {
        await Task.CompletedTask;
        yield return room.Id;
    }
}
