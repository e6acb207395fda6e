using System.Diagnostics.CodeAnalysis;

namespace RedisChat.AspNetCore;

/// <summary>What the hub calls on its clients: the names and arguments of the handlers that a client registers.</summary>
[SuppressMessage("Naming", "CA1716", Justification = "The names are those of the wire, which JavaScript clients read most.")]
public interface IChatHubClient
{
    /// <summary>Something happened in a room that the connection has opened.</summary>
    /// <param name="happened">The room and the event.</param>
    Task Event(ChatHubEvent happened);

    /// <summary>A room has left the connection because of an error, for instance because the user was banned. It can be opened again.</summary>
    /// <param name="failure">Which room, and why.</param>
    Task Failed(RoomFailure failure);

    /// <summary>A room of the user's inbox has changed. Only after <see cref="ChatHub.OpenInbox"/>.</summary>
    /// <param name="change">The room as it is now.</param>
    Task Inbox(InboxChange change);

    /// <summary>A draft of the user was saved or discarded, on whichever device. Only after <see cref="ChatHub.OpenDrafts"/>.</summary>
    /// <param name="change">The draft as it is now.</param>
    Task Draft(DraftChange change);

    /// <summary>The connection ends.</summary>
    /// <param name="end">Why, and whether to connect again.</param>
    Task End(StreamEnd end);
}
