using System.Security.Claims;

namespace RedisChat.AspNetCore;

/// <summary>Who makes a request, and the chat as far as this user may use it. What endpoints and hub do, they do through this.</summary>
/// <param name="chat">The chat.</param>
/// <param name="access">What the application allows.</param>
/// <param name="principal">Who authentication found.</param>
/// <param name="user">The user's id.</param>
internal sealed class ChatCaller(Chat chat, IChatAccess access, ClaimsPrincipal principal, string user)
{
    public Chat Chat => chat;

    public string User => user;

    public ClaimsPrincipal Principal => principal;

    /// <summary>Finds out who makes a request.</summary>
    /// <exception cref="ChatProblemException">There is no user.</exception>
    public static async ValueTask<ChatCaller> FindAsync(Chat chat, IChatAccess access, ClaimsPrincipal principal, CancellationToken cancellationToken)
    {
        var user = await access.GetUserIdAsync(principal, cancellationToken).ConfigureAwait(false);
        return user is null ? throw new ChatProblemException(ChatProblem.Unauthenticated) : new ChatCaller(chat, access, principal, user);
    }

    /// <summary>A room in which the application lets the user act. The room's own rules are checked by the action itself.</summary>
    /// <exception cref="ChatProblemException">The application does not allow it.</exception>
    public async ValueTask<ChatRoom> RoomAsync(string room, RoomRights rights, CancellationToken cancellationToken)
    {
        var found = chat.Room(room);
        var allowed = await access.GetRightsAsync(principal, room, cancellationToken).ConfigureAwait(false);
        return (allowed & rights) == rights ? found : throw new ChatProblemException(ChatProblem.NoAccess);
    }

    /// <summary>A room of which the user may read what no rule of the library guards: its members, markers and the like.</summary>
    /// <exception cref="ChatProblemException">The application does not allow it.</exception>
    /// <exception cref="ChatForbiddenException">The room's rules do not allow it.</exception>
    public async ValueTask<ChatRoom> ReadableRoomAsync(string room, CancellationToken cancellationToken)
    {
        var found = await RoomAsync(room, RoomRights.Read, cancellationToken).ConfigureAwait(false);
        return (await found.Members.GetRightsAsync(user, cancellationToken).ConfigureAwait(false)).HasFlag(RoomRights.Read)
            ? found
            : throw new ChatProblemException(new ChatProblem(403, ProblemCodes.Forbidden, "The user may not read this room.") { Reason = "notMember" });
    }

    /// <summary>What the user may do in a room now: by its rules, and by the application.</summary>
    public async ValueTask<RoomRights> RightsAsync(string room, CancellationToken cancellationToken)
    {
        var rights = await chat.Room(room).Members.GetRightsAsync(user, cancellationToken).ConfigureAwait(false);
        return rights & await access.GetRightsAsync(principal, room, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether the application lets the user read a room.</summary>
    public async ValueTask<bool> MayReadAsync(string room, CancellationToken cancellationToken) =>
        (await access.GetRightsAsync(principal, room, cancellationToken).ConfigureAwait(false)).HasFlag(RoomRights.Read);

    /// <summary>Whether the principal still is this user.</summary>
    public async ValueTask<bool> IsStillSameAsync(CancellationToken cancellationToken) =>
        await access.GetUserIdAsync(principal, cancellationToken).ConfigureAwait(false) == user;

    /// <summary>The rooms as such, as far as the application lets the user do something with them.</summary>
    /// <exception cref="ChatProblemException">The application does not allow it.</exception>
    public async ValueTask<RoomDirectory> DirectoryAsync(DirectoryRights right, CancellationToken cancellationToken)
    {
        var allowed = await access.GetDirectoryRightsAsync(principal, cancellationToken).ConfigureAwait(false);
        return allowed.HasFlag(right) ? chat.Rooms : throw new ChatProblemException(ChatProblem.NoAccess);
    }
}
