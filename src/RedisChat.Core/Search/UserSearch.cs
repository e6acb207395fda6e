namespace RedisChat;

/// <summary>Finds messages by their words, in all rooms that a user may read: see <see cref="ChatUser.Search"/>. Thread-safe.</summary>
/// <remarks>
/// The index (<see cref="IMessageIndex"/>) says where to look. Each message is then read from the store, so none is shown that was deleted, and none with an earlier text; and the right to read
/// each room is checked as it is at the time of the search. Rooms in the user's inbox that no list has, such as the rooms of two users, are indexed from the user's first search on, within
/// <see cref="IndexingOptions.DiscoveryInterval"/>. A message can be found once <see cref="Chat.RunIndexAsync"/> has indexed it, a moment after it was sent or completed.
/// </remarks>
public sealed class UserSearch
{
    private readonly string _user;
    private readonly Chat _chat;

    internal UserSearch(string user, Chat chat) => (_user, _chat) = (user, chat);

    /// <summary>Finds messages, newest first, as they are now.</summary>
    /// <param name="search">What to search for.</param>
    /// <param name="mayRead">
    /// What the application says, besides the rooms' own rules: whether the user may read a room. Asked once for each room in which something was found; of a thread, for the room that it
    /// belongs to. <see langword="null"/> if only the rules count.
    /// </param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChatInputException">The search is not valid.</exception>
    /// <exception cref="ChatIndexException">The index cannot be read.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The chat has no index.</exception>
    public Task<SearchPage> FindAsync(
        MessageSearch search, Func<string, CancellationToken, ValueTask<bool>>? mayRead = null, CancellationToken cancellationToken = default)
    {
        SearchInput.Check(search, _chat.Store);
        return new MessageSearcher(_chat.Store, _chat.RequireIndex(), _chat.SearchedRooms!, _user, mayRead).FindAsync(search, _chat.Runner, cancellationToken);
    }
}
