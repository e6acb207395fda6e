namespace RedisChat;

/// <summary>Finds messages of one room and of its threads by their words: see <see cref="ChatRoom.Search"/>. Thread-safe.</summary>
public sealed class RoomSearch
{
    private readonly string _room;
    private readonly Chat _chat;

    internal RoomSearch(string room, Chat chat) => (_room, _chat) = (room, chat);

    /// <summary>Finds messages of the room, newest first, as they are now.</summary>
    /// <param name="search">What to search for. It names no rooms.</param>
    /// <param name="by">Who searches: a user needs the right <see cref="RoomRights.Read"/>, and finds nothing without it.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <inheritdoc cref="UserSearch.FindAsync" path="/exception"/>
    public Task<SearchPage> FindAsync(MessageSearch search, Actor by, CancellationToken cancellationToken = default)
    {
        SearchInput.Check(search, _chat.Store);
        RuleInput.CheckActor(by);
        if (search.Rooms is not null)
        {
            throw new ChatInputException("A search in a room must not name rooms.", $"{nameof(search)}.{nameof(search.Rooms)}");
        }

        return new MessageSearcher(_chat.Store, _chat.RequireIndex(), _chat.SearchedRooms!, by.UserId, null).FindAsync(search with { Rooms = [_room] }, _chat.Runner, cancellationToken);
    }
}
