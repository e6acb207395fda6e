namespace RedisChat;

/// <summary>An optional ability of an <see cref="IMessageStore"/>: messages that mention users, roles or everyone.</summary>
/// <remarks>
/// <para>
/// A store with this ability stores <see cref="NewMessage.Mentions"/> with the message and changes them with an edit (<see cref="MessageDecision.Mentions"/>). In a room with rules it
/// refuses, in the same step and before anything is written, a user's message that mentions everyone without the right <see cref="RoomRights.MentionEveryone"/>, or a user who may
/// not read the room (<see cref="ForbiddenReason.MentionedOutsider"/>); of an edit, only what it adds counts. The application may mention anyone.
/// </para>
/// <para>
/// If it also is an <see cref="IReadMarkerStore"/>, it counts <see cref="UserRoom.UnreadMentions"/>. What it finds is exact after any edit and deletion, because it changes in the same
/// step as the message. A user's own messages never mention the user.
/// </para>
/// <para>Implementations are thread-safe. The conformance suite defines the contract.</para>
/// </remarks>
public interface IMentionStore
{
    /// <summary>Lists the messages that mention a user: by id, by the role that the user has now, or with everyone.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="user">The user's id.</param>
    /// <param name="before">Only messages with a smaller id; <see langword="null"/> for the newest.</param>
    /// <param name="limit">The most messages to return.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChatForbiddenException">The user may not read the room.</exception>
    ValueTask<MentionPage> ReadMentionsAsync(string room, string user, long? before, int limit, CancellationToken cancellationToken = default);
}
