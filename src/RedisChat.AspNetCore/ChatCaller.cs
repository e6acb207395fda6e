using System.Security.Claims;

namespace RedisChat.AspNetCore;

/// <summary>Who makes a request, and the chat as far as this user may use it. What endpoints and hub do, they do through this.</summary>
/// <param name="chat">The chat.</param>
/// <param name="access">What the application allows.</param>
/// <param name="principal">Who authentication found.</param>
/// <param name="user">The user's id.</param>
internal sealed partial class ChatCaller(Chat chat, IChatAccess access, ClaimsPrincipal principal, string user)
{
    private const string DirectPrefix = "direct~";

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
        var allowed = await AllowedAsync(room, cancellationToken).ConfigureAwait(false);
        if ((allowed & rights) != rights
            || ((rights & ~RoomRights.Read) != 0 && room.StartsWith(DirectPrefix, StringComparison.Ordinal) && await IsOutsiderAsync(room, cancellationToken).ConfigureAwait(false)))
        {
            throw new ChatProblemException(ChatProblem.NoAccess);
        }

        return found;
    }

    // Anyone can compute the id of the room of two others. Whoever wrote to it before they open it would keep them from ever doing so.
    private async ValueTask<bool> IsOutsiderAsync(string room, CancellationToken cancellationToken) =>
        await Ruling(room).Members.GetAsync(user, cancellationToken).ConfigureAwait(false) is not { IsMember: true };

    /// <summary>Reads something that no rule of the library guards, in the round trip that also asks whether the user may read the room.</summary>
    /// <exception cref="ChatProblemException">The application does not allow it.</exception>
    public async Task<T> ReadAsync<T>(string room, Func<ChatRoom, Task<T>> read, CancellationToken cancellationToken)
    {
        var found = await RoomAsync(room, RoomRights.Read, cancellationToken).ConfigureAwait(false);
        var reading = read(found);
        var rights = found.Members.GetRightsAsync(user, cancellationToken);
        await Task.WhenAll(rights, reading).ConfigureAwait(false);
        await ThrowUnlessReadableAsync(found, await rights.ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        return await reading.ConfigureAwait(false);
    }

    /// <summary>What the user may do in a room now: by its rules, and by the application.</summary>
    public async ValueTask<RoomRights> RightsAsync(string room, CancellationToken cancellationToken)
    {
        var rights = await chat.Room(room).Members.GetRightsAsync(user, cancellationToken).ConfigureAwait(false);
        return rights & await AllowedAsync(room, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether the application lets the user read a room.</summary>
    public async ValueTask<bool> MayReadAsync(string room, CancellationToken cancellationToken) =>
        (await AllowedAsync(room, cancellationToken).ConfigureAwait(false)).HasFlag(RoomRights.Read);

    /// <summary>The items of a list whose rooms the application lets the user read.</summary>
    public async ValueTask<IReadOnlyList<T>> ReadableAsync<T>(IReadOnlyList<T> items, Func<T, string> room, CancellationToken cancellationToken)
    {
        var readable = new List<T>(items.Count);
        foreach (var item in items)
        {
            if (await MayReadAsync(room(item), cancellationToken).ConfigureAwait(false))
            {
                readable.Add(item);
            }
        }

        return readable;
    }

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

    /// <summary>The most that the application allows the user in a room. A thread is a part of its room, so the application decides about that.</summary>
    private ValueTask<RoomRights> AllowedAsync(string room, CancellationToken cancellationToken) => access.GetRightsAsync(principal, Ruling(room).Id, cancellationToken);

    /// <summary>The room whose rules hold: of a thread, the room that it belongs to.</summary>
    private ChatRoom Ruling(string room) => chat.Room(ThreadId.TryParse(room, out var thread) ? thread.Room : room);

    private async ValueTask ThrowUnlessReadableAsync(ChatRoom room, RoomRights rights, CancellationToken cancellationToken)
    {
        if (!rights.HasFlag(RoomRights.Read))
        {
            throw await RefusalAsync(room, "The user may not read this room.", cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<ChatProblemException> RefusalAsync(ChatRoom room, string sentence, CancellationToken cancellationToken)
    {
        var member = await Ruling(room.Id).Members.GetAsync(user, cancellationToken).ConfigureAwait(false);
        var reason = member?.Ban is not null ? "banned" : member?.Role is null ? "notMember" : "notPermitted";
        return new ChatProblemException(new ChatProblem(403, ProblemCodes.Forbidden, sentence) { Reason = reason });
    }
}
