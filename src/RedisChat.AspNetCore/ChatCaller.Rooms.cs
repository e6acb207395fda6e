namespace RedisChat.AspNetCore;

/// <content>What endpoints and hub do with rooms as such, and with the inbox.</content>
internal sealed partial class ChatCaller
{
    /// <summary>The caller's inbox.</summary>
    public UserInbox Inbox => chat.User(user).Inbox;

    public UserDrafts Drafts => chat.User(user).Drafts;

    /// <summary>Lists the rooms that the application lets the caller read.</summary>
    public async Task<RoomPage> ListRoomsAsync(RoomOrder order, string? cursor, int limit, CancellationToken cancellationToken)
    {
        var directory = await DirectoryAsync(DirectoryRights.List, cancellationToken).ConfigureAwait(false);
        var page = await directory.ListAsync(order, cursor, limit, cancellationToken).ConfigureAwait(false);
        var rooms = await ReadableAsync(page.Rooms, room => room.Id, cancellationToken).ConfigureAwait(false);
        var beingDeleted = await ReadableAsync(page.BeingDeleted, room => room, cancellationToken).ConfigureAwait(false);
        return page with { Rooms = rooms, BeingDeleted = beingDeleted };
    }

    /// <summary>Creates a room, whose owner the caller becomes.</summary>
    public async Task<RoomCreation> CreateRoomAsync(CreateRoomRequest request, CancellationToken cancellationToken)
    {
        var directory = await DirectoryAsync(DirectoryRights.Create, cancellationToken).ConfigureAwait(false);
        var room = await RoomAsync(request.Room, RoomRights.Read, cancellationToken).ConfigureAwait(false);

        // Creating a room that already has messages, rules or members would hand it to the caller.
        var present = await directory.GetInfoAsync(room.Id, cancellationToken).ConfigureAwait(false);
        if (present is { Exists: true, About: null } && !(await RightsAsync(room.Id, cancellationToken).ConfigureAwait(false)).HasFlag(RoomRights.Manage))
        {
            throw new ChatProblemException(ChatProblem.Taken);
        }

        return await directory.CreateAsync(room.Id, request.About?.ToAbout() ?? RoomAbout.None, request.Rules?.ToRules(), user, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens the room of the caller and another user.</summary>
    /// <returns>The room's id.</returns>
    public async Task<string> OpenDirectAsync(string other, CancellationToken cancellationToken)
    {
        var directory = await DirectoryAsync(DirectoryRights.Direct, cancellationToken).ConfigureAwait(false);
        return (await directory.DirectAsync(user, other, cancellationToken).ConfigureAwait(false)).Id;
    }

    /// <summary>Changes a room's settings, or archives it.</summary>
    public async Task<RoomInfo> ChangeRoomAsync(string room, ChangeRoomRequest request, CancellationToken cancellationToken)
    {
        var found = await RoomAsync(room, RoomRights.Manage, cancellationToken).ConfigureAwait(false);

        // An archived room cannot be described.
        if (request.Archived == false)
        {
            await chat.Rooms.UnarchiveAsync(found.Id, user, cancellationToken).ConfigureAwait(false);
        }

        if (request.Name is not null || request.Topic is not null || request.Metadata is not null)
        {
            await chat.Rooms.DescribeAsync(
                found.Id,
                user,
                about => about with { Name = request.Name ?? about.Name, Topic = request.Topic ?? about.Topic, Metadata = request.Metadata ?? about.Metadata },
                cancellationToken).ConfigureAwait(false);
        }

        if (request.Archived == true)
        {
            await chat.Rooms.ArchiveAsync(found.Id, user, cancellationToken).ConfigureAwait(false);
        }

        return await ReadAsync(room, read => chat.Rooms.GetInfoAsync(read.Id, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lists the caller's rooms, with what is new in them.</summary>
    public async Task<InboxPage> ListInboxAsync(string? cursor, int limit, bool includeHidden, CancellationToken cancellationToken)
    {
        var page = await Inbox.ListAsync(cursor, limit, includeHidden, cancellationToken).ConfigureAwait(false);
        var rooms = await ReadableAsync(page.Rooms, room => room.Room, cancellationToken).ConfigureAwait(false);
        var unreadable = await ReadableAsync(page.Unreadable, room => room, cancellationToken).ConfigureAwait(false);
        return page with { Rooms = rooms, Unreadable = unreadable };
    }
}
