namespace RedisChat;

/// <summary>The messages of a room that mention users: see <see cref="ChatRoom.Mentions"/>.</summary>
/// <remarks>
/// <para>
/// A message mentions whom its sender names (<see cref="NewMessage.Mentions"/>); <see cref="MentionFinder"/> finds names in a text. An edit can add and remove mentions
/// (<see cref="MessageEdit.Mentions"/>), and with a message its mentions are gone.
/// </para>
/// <para>
/// <see cref="RoomReadMarkers.GetUnreadMentionsAsync"/> and <see cref="InboxRoom.UnreadMentions"/> count those that are unread, <see cref="UserInbox.CountUnreadMentionsAsync"/> counts them
/// over all rooms. Watchers see mentions in the messages of <see cref="RoomEvent.Created"/> and <see cref="RoomEvent.Edited"/>. A room in which nobody is mentioned pays nothing.
/// Thread-safe.
/// </para>
/// </remarks>
public sealed class RoomMentions
{
    private static readonly ChatOperation Read = new(ChatOperations.Mentions, "The mentions could not be read");

    private readonly string _room;
    private readonly IMessageStore _store;
    private readonly OperationRunner _runner;

    internal RoomMentions(string room, IMessageStore store, OperationRunner runner)
    {
        _room = room;
        _store = store;
        _runner = runner;
    }

    /// <summary>Lists the messages that mention a user, newest first: by id, by the role that the user has now, or with everyone. Without the user's own messages.</summary>
    /// <param name="user">The user's id.</param>
    /// <param name="before">Where to continue: the <see cref="MentionPage.Before"/> of the previous call; omit it for the newest.</param>
    /// <param name="limit">The most messages to return: 1 to <see cref="ChatLimits.MaxPageSize"/>. A page may have fewer, and still older ones.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChatInputException">An id or the limit is not valid.</exception>
    /// <exception cref="ChatForbiddenException">The user may not read the room.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support mentions.</exception>
    public Task<MentionPage> ListAsync(string user, long? before = null, int limit = 50, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckId(user);
        if (before is { } id)
        {
            ChatInput.CheckMessageId(id, nameof(before));
        }

        ChatInput.CheckLimit(limit);
        return _runner.RunAsync(
            Read, _room, (Store: _store.RequireAbility<IMentionStore>("mentions"), Room: _room, User: user, Before: before, Limit: limit),
            static (call, token) => call.Store.ReadMentionsAsync(call.Room, call.User, call.Before, call.Limit, token), cancellationToken).AsTask();
    }
}
