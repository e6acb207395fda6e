namespace RedisChat;

/// <summary>The members of a room, and who is banned, muted or invited: see <see cref="ChatRoom.Members"/>.</summary>
/// <remarks>
/// <para>
/// Anyone can take part in an open room without joining it. Members have a role, which gives them rights: see <see cref="RuleSet"/>. The first change
/// of a member gives a room rules, and creates the room if it does not exist; a room gets its first owner from the application
/// (<c>SetRoleAsync("alice", RoomRole.Owner, Actor.Application)</c>).
/// </para>
/// <para>
/// The members of a thread (<see cref="ChatRoom.Thread"/>) are those who follow it: <see cref="JoinAsync"/> takes the right to read the thread's room, and puts the thread into the user's inbox;
/// <see cref="LeaveAsync"/> removes it. Their rights are those that they have in the room, so all other changes fail with a <see cref="ChatInputException"/>: make them in the room.
/// </para>
/// <para>
/// Every change is a durable event, <see cref="RoomEvent.MemberChanged"/>, and takes effect in the store: when a call returns, no write that starts later on any
/// node has the old rights. All changes can be repeated safely. A call that changes nothing raises no event. Thread-safe.
/// </para>
/// </remarks>
public sealed class RoomMembers
{
    private static readonly ChatOperation Read = new(ChatOperations.ReadMembers, "The members could not be read");

    private static readonly ChatOperation Change = new(ChatOperations.ChangeMembers, "The member could not be changed")
    {
        Writes = true,
        InDoubt = "It may have taken effect. It is safe to try again.",
    };

    private readonly string _room;
    private readonly IMessageStore _store;
    private readonly OperationRunner _runner;

    internal RoomMembers(string room, IMessageStore store, OperationRunner runner)
    {
        _room = room;
        _store = store;
        _runner = runner;
    }

    /// <summary>What the room knows of a user.</summary>
    /// <param name="user">The user's id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The user's role, ban, mute or invitation; <see langword="null"/> if there is none, or the room does not exist.</returns>
    /// <exception cref="ChatInputException">The id is not valid.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support members.</exception>
    public async Task<RoomMember?> GetAsync(string user, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckId(user);
        var now = await _runner.RunAsync(
            Read, _room, (Store: Members(), Room: _room, User: user),
            static (call, token) => call.Store.ReadMemberAsync(call.Room, call.User, token), cancellationToken).ConfigureAwait(false);
        return now.Target.IsNobody ? null : now.Target;
    }

    /// <summary>What a user may do in the room now, for instance to show only the actions that will succeed. The store checks each action again when it is taken.</summary>
    /// <param name="user">The user's id. The user need not be a member, and the room need not exist.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>
    /// The rights of the user's role, or those of everyone; nothing while the user is banned. A mute takes away <see cref="RoomRights.Send"/> and <see cref="RoomRights.React"/>, an archived
    /// room all but <see cref="RoomRights.Read"/> and <see cref="RoomRights.Manage"/>.
    /// </returns>
    /// <exception cref="ChatInputException">The id is not valid.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support members.</exception>
    public async Task<RoomRights> GetRightsAsync(string user, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckId(user);
        var now = await _runner.RunAsync(
            Read, _room, (Store: Members(), Room: _room, User: user),
            static (call, token) => call.Store.ReadMemberAsync(call.Room, call.User, token), cancellationToken).ConfigureAwait(false);
        return MemberDecisions.Rights(now, now.Acting);
    }

    /// <summary>Lists members, or users who are banned, muted or invited. If there are many, it takes several calls.</summary>
    /// <remarks>
    /// A user who changes during the listing may or may not be listed, and may be listed twice then; nobody else is missing. A page may have fewer users than
    /// the limit, even none, and still have a cursor.
    /// </remarks>
    /// <param name="filter">Which users.</param>
    /// <param name="cursor">Where to continue: the <see cref="MemberPage.Cursor"/> of the previous call; omit it to start.</param>
    /// <param name="limit">About how many users to return: 1 to <see cref="ChatLimits.MaxPageSize"/>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChatInputException">The cursor or the limit is not valid.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support members.</exception>
    public Task<MemberPage> ListAsync(
        MemberFilter filter = MemberFilter.Members, string? cursor = null, int limit = 100, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckLimit(limit);
        if (!Enum.IsDefined(filter))
        {
            throw new ChatInputException("This filter does not exist.", nameof(filter));
        }

        return _runner.RunAsync(
            Read, _room, (Store: Members(), Room: _room, Filter: filter, Cursor: cursor, Limit: limit),
            static (call, token) => call.Store.ReadMembersAsync(call.Room, call.Filter, call.Cursor, call.Limit, token), cancellationToken).AsTask();
    }

    /// <summary>A user joins, by the right <see cref="RoomRights.Join"/> or an invitation. Does nothing if the user is a member already.</summary>
    /// <param name="user">The user's id.</param>
    /// <param name="cancellationToken">Stops waiting; the change may still happen.</param>
    /// <returns>The member.</returns>
    /// <exception cref="ChatInputException">The id is not valid.</exception>
    /// <exception cref="ChatForbiddenException">The user is banned, or was not invited to a room that requires it; or the room is archived.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support members.</exception>
    public Task<RoomMember> JoinAsync(string user, CancellationToken cancellationToken = default) =>
        ChangeAsync(user, user, null, ThreadId.IsThread(_room) ? MemberDecisions.Follow : MemberDecisions.Join, cancellationToken);

    /// <summary>A member leaves, or declines an invitation. Does nothing if the user is neither a member nor invited.</summary>
    /// <param name="user">The user's id.</param>
    /// <param name="cancellationToken">Stops waiting; the change may still happen.</param>
    /// <returns>What the room still knows of the user.</returns>
    /// <exception cref="ChatInputException">The id is not valid.</exception>
    /// <exception cref="ChatForbiddenException">The user is the last owner (<see cref="ForbiddenReason.LastOwner"/>).</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support members.</exception>
    public Task<RoomMember> LeaveAsync(string user, CancellationToken cancellationToken = default) =>
        ChangeAsync(user, user, null, ThreadId.IsThread(_room) ? MemberDecisions.Unfollow : MemberDecisions.Leave, cancellationToken);

    /// <summary>Invites a user, who can then join. Does nothing if the user is a member.</summary>
    /// <param name="user">The user's id.</param>
    /// <param name="by">Who invites: needs the right <see cref="RoomRights.Invite"/>, and a role that is not below <paramref name="role"/>.</param>
    /// <param name="role">The role that the user gets by joining.</param>
    /// <param name="reason">A reason or greeting: at most 256 bytes of UTF-8, no control characters.</param>
    /// <param name="cancellationToken">Stops waiting; the change may still happen.</param>
    /// <returns>What the room knows of the user now.</returns>
    /// <exception cref="ChatInputException">An id or the reason is not valid, or the room has no such role.</exception>
    /// <exception cref="ChatForbiddenException">The one who invites may not, or the user is banned.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support members.</exception>
    public Task<RoomMember> InviteAsync(
        string user, Actor by, string role = RoomRole.Member, string? reason = null, CancellationToken cancellationToken = default) =>
        ChangeAsync(user, by, reason, now => MemberDecisions.Invite(now, role, by.UserId, reason), cancellationToken);

    /// <summary>Removes a member, or revokes an invitation. Does nothing if the user is neither a member nor invited.</summary>
    /// <param name="user">The user's id.</param>
    /// <param name="by">Who removes: needs the right <see cref="RoomRights.Remove"/> and a role above the member's.</param>
    /// <param name="reason">The reason: at most 256 bytes of UTF-8, no control characters.</param>
    /// <param name="cancellationToken">Stops waiting; the change may still happen.</param>
    /// <returns>What the room still knows of the user.</returns>
    /// <exception cref="ChatInputException">An id or the reason is not valid.</exception>
    /// <exception cref="ChatForbiddenException">The one who removes may not, or the user is the last owner.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support members.</exception>
    public Task<RoomMember> RemoveAsync(string user, Actor by, string? reason = null, CancellationToken cancellationToken = default) =>
        ChangeAsync(user, by, reason, MemberDecisions.Remove, cancellationToken);

    /// <summary>Gives a user a role. A user who is not a member becomes one.</summary>
    /// <param name="user">The user's id.</param>
    /// <param name="role">The name of the role.</param>
    /// <param name="by">
    /// Who gives it: needs the right <see cref="RoomRights.Manage"/>, a role above the user's present one and not below the new one. Members with that right can
    /// also lower their own role.
    /// </param>
    /// <param name="reason">The reason: at most 256 bytes of UTF-8, no control characters.</param>
    /// <param name="cancellationToken">Stops waiting; the change may still happen.</param>
    /// <returns>The member.</returns>
    /// <exception cref="ChatInputException">An id or the reason is not valid, or the room has no such role.</exception>
    /// <exception cref="ChatForbiddenException">The one who gives it may not; or the user is banned, or the last owner.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support members.</exception>
    public Task<RoomMember> SetRoleAsync(string user, string role, Actor by, string? reason = null, CancellationToken cancellationToken = default) =>
        ChangeAsync(user, by, reason, now => MemberDecisions.SetRole(now, role), cancellationToken);

    /// <summary>Bans a user: nothing that the user sends, edits or does in the room succeeds any more once this has returned. A ban ends a membership.</summary>
    /// <param name="user">The user's id. The user need not be a member.</param>
    /// <param name="by">Who bans: needs the right <see cref="RoomRights.Ban"/> and a role above the user's.</param>
    /// <param name="duration">How long, by the store's clock; <see langword="null"/> for a ban that lasts until it is lifted.</param>
    /// <param name="reason">The reason: at most 256 bytes of UTF-8, no control characters.</param>
    /// <param name="cancellationToken">Stops waiting; the change may still happen.</param>
    /// <returns>What the room knows of the user now.</returns>
    /// <exception cref="ChatInputException">An id, the duration or the reason is not valid.</exception>
    /// <exception cref="ChatForbiddenException">The one who bans may not, or the user is the last owner.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support members.</exception>
    public Task<RoomMember> BanAsync(
        string user, Actor by, TimeSpan? duration = null, string? reason = null, CancellationToken cancellationToken = default)
    {
        RuleInput.CheckDuration(duration);
        return ChangeAsync(user, by, reason, now => MemberDecisions.Ban(now, duration, by.UserId, reason), cancellationToken);
    }

    /// <summary>Lifts a ban. Does nothing if there is none.</summary>
    /// <param name="user">The user's id.</param>
    /// <param name="by">Who lifts it: needs the right <see cref="RoomRights.Ban"/>.</param>
    /// <param name="reason">The reason: at most 256 bytes of UTF-8, no control characters.</param>
    /// <param name="cancellationToken">Stops waiting; the change may still happen.</param>
    /// <returns>What the room still knows of the user.</returns>
    /// <exception cref="ChatInputException">An id or the reason is not valid.</exception>
    /// <exception cref="ChatForbiddenException">The one who lifts it may not.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support members.</exception>
    public Task<RoomMember> UnbanAsync(string user, Actor by, string? reason = null, CancellationToken cancellationToken = default) =>
        ChangeAsync(user, by, reason, MemberDecisions.Unban, cancellationToken);

    /// <summary>Mutes a user, who can then neither send nor edit nor react, but still read, and delete their own messages.</summary>
    /// <param name="user">The user's id. The user need not be a member.</param>
    /// <param name="by">Who mutes: needs the right <see cref="RoomRights.Mute"/> and a role above the user's.</param>
    /// <param name="duration">How long, by the store's clock; <see langword="null"/> for a mute that lasts until it is lifted.</param>
    /// <param name="reason">The reason: at most 256 bytes of UTF-8, no control characters.</param>
    /// <param name="cancellationToken">Stops waiting; the change may still happen.</param>
    /// <returns>What the room knows of the user now.</returns>
    /// <exception cref="ChatInputException">An id, the duration or the reason is not valid.</exception>
    /// <exception cref="ChatForbiddenException">The one who mutes may not.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support members.</exception>
    public Task<RoomMember> MuteAsync(
        string user, Actor by, TimeSpan? duration = null, string? reason = null, CancellationToken cancellationToken = default)
    {
        RuleInput.CheckDuration(duration);
        return ChangeAsync(user, by, reason, now => MemberDecisions.Mute(now, duration, by.UserId, reason), cancellationToken);
    }

    /// <summary>Lifts a mute. Does nothing if there is none.</summary>
    /// <param name="user">The user's id.</param>
    /// <param name="by">Who lifts it: needs the right <see cref="RoomRights.Mute"/>.</param>
    /// <param name="reason">The reason: at most 256 bytes of UTF-8, no control characters.</param>
    /// <param name="cancellationToken">Stops waiting; the change may still happen.</param>
    /// <returns>What the room still knows of the user.</returns>
    /// <exception cref="ChatInputException">An id or the reason is not valid.</exception>
    /// <exception cref="ChatForbiddenException">The one who lifts it may not.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support members.</exception>
    public Task<RoomMember> UnmuteAsync(string user, Actor by, string? reason = null, CancellationToken cancellationToken = default) =>
        ChangeAsync(user, by, reason, MemberDecisions.Unmute, cancellationToken);

    private Task<RoomMember> ChangeAsync(
        string user, Actor by, string? reason, Func<MemberSituation, RoomMember> decide, CancellationToken cancellationToken)
    {
        ChatInput.CheckId(user);
        RuleInput.CheckActor(by);
        ChatInput.CheckReason(reason);
        if (decide != MemberDecisions.Follow && decide != MemberDecisions.Unfollow)
        {
            ChatInput.RefuseThread(_room, "A thread has neither roles nor bans, mutes or invitations of its own: change the members of the room that it belongs to.");
        }

        return _runner.RunAsync(
            Change, _room, (Store: Members(), Room: _room, User: user, By: by, Decide: decide, Reason: reason),
            static (call, token) => call.Store.ChangeMemberAsync(call.Room, call.User, call.By, call.Decide, call.Reason, token), cancellationToken).AsTask();
    }

    private IMemberStore Members() => _store.RequireAbility<IMemberStore>("members");
}
