namespace RedisChat.AspNetCore;

/// <content>Messages, reactions, pins and read markers.</content>
public sealed partial class ChatHub
{
    /// <summary>Reads a page of a room.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="page">Which page.</param>
    public Task<MessagePage> GetMessages(string room, PageRequest page) =>
        ReadAsync(room, (found, user, token) => found.ReceiveAsync((page ?? new()).ToQuery(user), token));

    /// <summary>Reads one message; null if there is none.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="id">The message's id.</param>
    public Task<Message?> GetMessage(string room, long id) => ReadAsync(room, (found, _, token) => found.GetAsync(id, token));

    /// <summary>Sends a message.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="message">The message. With an idempotency key it is safe to repeat, also at another node.</param>
    public Task<MessageReceipt> Send(string room, SendRequest message) => RunAsync(() =>
        Session.Caller.SendAsync(room, message ?? new(), Session.Count(), Context.ConnectionAborted));

    /// <summary>Edits a message of the caller; null if there is none.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="id">The message's id.</param>
    /// <param name="change">The new text, and the new metadata, mentions and attachments if there are any.</param>
    public Task<Message?> Edit(string room, long id, EditRequest change) => CallAsync(caller => caller.EditAsync(room, id, change ?? new(), Context.ConnectionAborted));

    /// <summary>Deletes a message; false if there is none.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="id">The message's id.</param>
    /// <param name="reason">The reason; null for none.</param>
    public Task<bool> Delete(string room, long id, string? reason) => CallAsync(caller => caller.DeleteAsync(room, id, reason, Context.ConnectionAborted));

    /// <summary>Deletes many messages: by ids, by author, or by range.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="messages">Which messages, and the reason if there is one.</param>
    public Task<DeletionProgress> DeleteMany(string room, DeletionRequest messages) =>
        CallAsync(caller => caller.DeleteManyAsync(room, messages ?? new(), Context.ConnectionAborted));

    /// <summary>Lists the earlier versions of an edited message that are kept, oldest first.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="id">The message's id.</param>
    public Task<IReadOnlyList<MessageVersion>> GetVersions(string room, long id) => CallAsync(caller => caller.ListVersionsAsync(room, id, Context.ConnectionAborted));

    /// <summary>Adds a reaction of the caller.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="id">The message's id.</param>
    /// <param name="emoji">The emoji.</param>
    /// <returns>The message's reactions; null if there is no such message.</returns>
    public Task<IReadOnlyList<Reaction>?> React(string room, long id, string emoji) =>
        ActAsync(room, RoomRights.React, (found, user, token) => found.Reactions.AddAsync(id, user, emoji, token));

    /// <summary>Removes a reaction of the caller.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="id">The message's id.</param>
    /// <param name="emoji">The emoji.</param>
    /// <returns>The message's reactions; null if there is no such message.</returns>
    public Task<IReadOnlyList<Reaction>?> Unreact(string room, long id, string emoji) =>
        ActAsync(room, RoomRights.React, (found, user, token) => found.Reactions.RemoveAsync(id, user, emoji, token));

    /// <summary>Lists the users who reacted with an emoji.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="id">The message's id.</param>
    /// <param name="emoji">The emoji.</param>
    /// <param name="cursor">The cursor of the previous answer; null to start.</param>
    public Task<ReactionUsers> GetReactionUsers(string room, long id, string emoji, string? cursor) =>
        ReadAsync(room, (found, _, token) => found.Reactions.WhoAsync(id, emoji, cursor, cancellationToken: token));

    /// <summary>Pins a message; false if there is none.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="id">The message's id.</param>
    public Task<bool> Pin(string room, long id) => ActAsync(room, RoomRights.Pin, (found, user, token) => found.Pins.PinAsync(id, user, token));

    /// <summary>Unpins a message, if it is pinned.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="id">The message's id.</param>
    public Task Unpin(string room, long id) => ActAsync(room, RoomRights.Pin, async (found, user, token) =>
    {
        await found.Pins.UnpinAsync(id, user, token).ConfigureAwait(false);
        return 0;
    });

    /// <summary>Lists the pinned messages, the most recent pin first.</summary>
    /// <param name="room">The room's id.</param>
    public Task<IReadOnlyList<Pin>> GetPins(string room) => ReadAsync(room, (found, _, token) => found.Pins.ListAsync(token));

    /// <summary>Lists the messages that mention the caller, newest first.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="before">The <see cref="MentionPage.Before"/> of the previous answer; null to start.</param>
    public Task<MentionPage> GetMentions(string room, long? before) =>
        ActAsync(room, RoomRights.Read, (found, user, token) => found.Mentions.ListAsync(user, before, cancellationToken: token));

    /// <summary>Marks a message, and all before it, as read by the caller.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="id">The message's id.</param>
    public Task<ReadMarker> MarkRead(string room, long id) =>
        ActAsync(room, RoomRights.Read, (found, user, token) => found.ReadMarkers.MarkReadAsync(user, id, token));

    /// <summary>Makes a message, and all after it, unread again for the caller.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="id">The message's id.</param>
    public Task<ReadMarker> MarkUnread(string room, long id) =>
        ActAsync(room, RoomRights.Read, (found, user, token) => found.ReadMarkers.MarkUnreadAsync(user, id, token));

    /// <summary>Counts what the caller has not read.</summary>
    /// <param name="room">The room's id.</param>
    public Task<UnreadCount> GetUnread(string room) => ReadAsync(room, (found, user, token) => found.ReadMarkers.GetUnreadAsync(user, token));

    /// <summary>Lists how far users have read.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="readUpTo">Only users who have read this message; null for all.</param>
    /// <param name="cursor">The cursor of the previous answer; null to start.</param>
    public Task<ReadMarkerPage> GetReadMarkers(string room, long? readUpTo, string? cursor) =>
        ReadAsync(room, (found, _, token) => found.ReadMarkers.ListAsync(readUpTo, cursor, cancellationToken: token));
}
