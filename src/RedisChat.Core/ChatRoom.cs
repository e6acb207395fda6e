namespace RedisChat;

/// <summary>One room of a <see cref="Chat"/>: the same operations, without the room argument. Thread-safe, and nearly free to create.</summary>
public sealed class ChatRoom
{
    private readonly Chat _chat;

    internal ChatRoom(Chat chat, string id)
    {
        _chat = chat;
        Id = id;
    }

    /// <summary>The room's id.</summary>
    public string Id { get; }

    /// <summary>The reactions to this room's messages.</summary>
    public RoomReactions Reactions => new(Id, _chat.Store, _chat.Runner);

    /// <summary>The room's members, and who is banned, muted or invited.</summary>
    public RoomMembers Members => new(Id, _chat.Store, _chat.Runner);

    /// <summary>The room's rules: who may do what.</summary>
    public RoomRules Rules => new(Id, _chat.Store, _chat.Runner);

    /// <summary>The users who are in this room right now, and who is typing.</summary>
    public RoomPresence Presence => new(Id, _chat.Presence, _chat.Runner);

    /// <summary>How far each user has read in this room, and how many messages are unread.</summary>
    public RoomReadMarkers ReadMarkers => new(Id, _chat.Store, _chat.Runner);

    /// <summary>The pinned messages of this room.</summary>
    public RoomPins Pins => new(Id, _chat.Store, _chat.Runner);

    /// <inheritdoc cref="Chat.SendAsync(string, string, string, CancellationToken)"/>
    public Task<MessageReceipt> SendAsync(string user, string text, CancellationToken cancellationToken = default) =>
        _chat.SendAsync(Id, user, text, cancellationToken);

    /// <inheritdoc cref="Chat.SendAsync(string, NewMessage, CancellationToken)"/>
    public Task<MessageReceipt> SendAsync(NewMessage message, CancellationToken cancellationToken = default) =>
        _chat.SendAsync(Id, message, cancellationToken);

    /// <inheritdoc cref="Chat.SendAsync(string, NewMessage, Durability, CancellationToken)"/>
    public Task<MessageReceipt> SendAsync(NewMessage message, Durability durability, CancellationToken cancellationToken = default) =>
        _chat.SendAsync(Id, message, durability, cancellationToken);

    /// <inheritdoc cref="Chat.SendManyAsync(string, IReadOnlyList{NewMessage}, CancellationToken)"/>
    public Task<IReadOnlyList<MessageReceipt>> SendManyAsync(
        IReadOnlyList<NewMessage> messages, CancellationToken cancellationToken = default) =>
        _chat.SendManyAsync(Id, messages, cancellationToken);

    /// <inheritdoc cref="Chat.SendManyAsync(string, IReadOnlyList{NewMessage}, Durability, CancellationToken)"/>
    public Task<IReadOnlyList<MessageReceipt>> SendManyAsync(
        IReadOnlyList<NewMessage> messages, Durability durability, CancellationToken cancellationToken = default) =>
        _chat.SendManyAsync(Id, messages, durability, cancellationToken);

    /// <inheritdoc cref="Chat.FindSentAsync"/>
    public Task<MessageReceipt?> FindSentAsync(NewMessage message, CancellationToken cancellationToken = default) =>
        _chat.FindSentAsync(Id, message, cancellationToken);

    /// <inheritdoc cref="Chat.ReceiveAsync"/>
    public Task<MessagePage> ReceiveAsync(MessageQuery? query = null, CancellationToken cancellationToken = default) =>
        _chat.ReceiveAsync(Id, query, cancellationToken);

    /// <inheritdoc cref="Chat.ReceiveAllAsync"/>
    public IAsyncEnumerable<Message> ReceiveAllAsync(string? user = null, CancellationToken cancellationToken = default) =>
        _chat.ReceiveAllAsync(Id, user, cancellationToken);

    /// <inheritdoc cref="Chat.GetAsync"/>
    public Task<Message?> GetAsync(long id, CancellationToken cancellationToken = default) =>
        _chat.GetAsync(Id, id, cancellationToken);

    /// <inheritdoc cref="Chat.EditAsync(string, long, Actor, string, CancellationToken)"/>
    public Task<Message?> EditAsync(long id, Actor by, string text, CancellationToken cancellationToken = default) =>
        _chat.EditAsync(Id, id, by, text, cancellationToken);

    /// <inheritdoc cref="Chat.EditAsync(string, long, Actor, string, IReadOnlyDictionary{string, string}, CancellationToken)"/>
    public Task<Message?> EditAsync(
        long id, Actor by, string text, IReadOnlyDictionary<string, string>? metadata, CancellationToken cancellationToken = default) =>
        _chat.EditAsync(Id, id, by, text, metadata, cancellationToken);

    /// <inheritdoc cref="Chat.DeleteAsync"/>
    public Task<bool> DeleteAsync(
        long id, Actor by, string? reason = null, CancellationToken cancellationToken = default) =>
        _chat.DeleteAsync(Id, id, by, reason, cancellationToken);

    /// <inheritdoc cref="Chat.WatchAsync(string, RoomPosition?, CancellationToken)"/>
    public IAsyncEnumerable<RoomEvent> WatchAsync(RoomPosition? after = null, CancellationToken cancellationToken = default) =>
        _chat.WatchAsync(Id, after, cancellationToken);

    /// <inheritdoc cref="Chat.WatchAsync(string, WatchOptions, CancellationToken)"/>
    public IAsyncEnumerable<RoomEvent> WatchAsync(WatchOptions options, CancellationToken cancellationToken = default) =>
        _chat.WatchAsync(Id, options, cancellationToken);

    /// <inheritdoc cref="Chat.ReadChangesAsync"/>
    public Task<RoomChanges> ReadChangesAsync(RoomPosition after, int limit = 500, CancellationToken cancellationToken = default) =>
        _chat.ReadChangesAsync(Id, after, limit, cancellationToken);
}
