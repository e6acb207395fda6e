namespace RedisChat.AspNetCore;

/// <content>Rooms and the inbox.</content>
public sealed partial class ChatHub
{
    /// <summary>Lists the rooms that have settings.</summary>
    /// <param name="order"><c>name</c> or <c>activity</c>; null for by name.</param>
    /// <param name="cursor">The cursor of the previous answer; null to start.</param>
    public Task<RoomPage> GetRooms(string? order, string? cursor) =>
        CallAsync(caller => caller.ListRoomsAsync(Words.Parse(order, RoomOrder.Name, nameof(order)), cursor, 100, Context.ConnectionAborted));

    /// <summary>An overview of a room.</summary>
    /// <param name="room">The room's id.</param>
    public Task<RoomInfo> GetRoom(string room) => ReadAsync(room, (found, _, token) => Session.Caller.Chat.Rooms.GetInfoAsync(found.Id, token));

    /// <summary>Creates a room, whose owner the caller becomes.</summary>
    /// <param name="room">The room.</param>
    public Task<RoomCreation> CreateRoom(CreateRoomRequest room) => CallAsync(caller => caller.CreateRoomAsync(room ?? new(), Context.ConnectionAborted));

    /// <summary>Opens the room of the caller and another user.</summary>
    /// <param name="user">The other user's id.</param>
    /// <returns>The room's id.</returns>
    public Task<string> OpenDirect(string user) => CallAsync(caller => caller.OpenDirectAsync(user, Context.ConnectionAborted));

    /// <summary>Changes a room's settings, or archives it.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="change">What to change.</param>
    public Task<RoomInfo> ChangeRoom(string room, ChangeRoomRequest change) => CallAsync(caller => caller.ChangeRoomAsync(room, change ?? new(), Context.ConnectionAborted));

    /// <summary>Deletes a room with everything in it.</summary>
    /// <param name="room">The room's id.</param>
    public Task<RoomDeletion> DeleteRoom(string room) =>
        ActAsync(room, RoomRights.Manage, (found, by, token) => Session.Caller.Chat.Rooms.DeleteAsync(found.Id, by, cancellationToken: token));

    /// <summary>A room's rules.</summary>
    /// <param name="room">The room's id.</param>
    public Task<RuleSet> GetRules(string room) => ReadAsync(room, (found, _, token) => found.Rules.GetAsync(token));

    /// <summary>Replaces a room's rules.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="rules">The rules.</param>
    public Task<RuleSet> SetRules(string room, RulesRequest rules) =>
        ActAsync(room, RoomRights.Manage, (found, by, token) => found.Rules.ChangeAsync(by, _ => (rules ?? new()).ToRules(), token));

    /// <summary>Lists the rooms of the caller, with what is new in them.</summary>
    /// <param name="cursor">The cursor of the previous answer; null to start.</param>
    /// <param name="includeHidden">Whether to list hidden rooms too.</param>
    public Task<InboxPage> GetInbox(string? cursor, bool includeHidden) => CallAsync(caller => caller.ListInboxAsync(cursor, 100, includeHidden, Context.ConnectionAborted));

    /// <summary>Mutes a room in the caller's inbox, or undoes that.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="isMuted">Whether it is muted.</param>
    /// <returns>Whether the room is in the inbox.</returns>
    public Task<bool> SetMuted(string room, bool isMuted) => CallAsync(caller => isMuted
        ? caller.Inbox.MuteAsync(room, Context.ConnectionAborted)
        : caller.Inbox.UnmuteAsync(room, Context.ConnectionAborted));

    /// <summary>Hides a room in the caller's inbox until its next message, or undoes that.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="isHidden">Whether it is hidden.</param>
    /// <returns>Whether the room is in the inbox.</returns>
    public Task<bool> SetHidden(string room, bool isHidden) => CallAsync(caller => isHidden
        ? caller.Inbox.HideAsync(room, Context.ConnectionAborted)
        : caller.Inbox.ShowAsync(room, Context.ConnectionAborted));
}
