using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace RedisChat;

/// <summary>A chat: sends, receives, edits and deletes messages in rooms. This is the class that applications use.</summary>
/// <remarks>
/// <para>Thread-safe, and meant to be shared. It holds no state that other processes need, and owns nothing: the code that created the store disposes it.</para>
/// <para>
/// Invalid input is rejected with a <see cref="ChatInputException"/> before anything is sent. While the store cannot be reached, every operation is retried
/// until <see cref="ChatOptions.OperationTimeout"/>, and then fails with <see cref="ChatUnavailableException"/>. Retrying is safe: a message is stored
/// once, however many attempts its send takes. If more than <see cref="ChatOptions.MaxPendingOperations"/> are pending, further ones fail with
/// <see cref="ChatOverloadedException"/>; while two servers claim to be the primary, writes fail with <see cref="ChatTopologyException"/>. A canceled
/// operation throws <see cref="OperationCanceledException"/>; a write that was already sent may still happen.
/// </para>
/// <para>User ids are trusted: the application must know who may act as whom.</para>
/// </remarks>
public sealed partial class Chat
{
    private readonly IMessageStore _store;
    private readonly OperationRunner _runner;
    private readonly MessageSender _sender;
    private readonly MessageChanger _changer;
    private readonly IAttachmentStore? _attachments;

    /// <summary>Creates a chat on a store.</summary>
    /// <param name="store">Stores the messages. The chat does not dispose it.</param>
    /// <param name="options">The settings; the defaults if omitted.</param>
    /// <param name="time">The clock for deadlines and retries; the system clock if omitted.</param>
    /// <param name="logger">The log; if omitted, nothing is logged.</param>
    /// <param name="filters">Check messages before they are stored, in this order; none if omitted. The chat does not dispose them.</param>
    /// <param name="previewer">Makes previews of the links in messages that this chat sends; none if omitted. The chat does not dispose it.</param>
    /// <param name="attachments">Receives notices of what messages no longer refer to; none are kept if omitted. The chat does not dispose it.</param>
    /// <param name="index">Where to search for messages; none if omitted. The chat does not dispose it.</param>
    /// <param name="archive">Where the old messages of rooms are: see <see cref="ChatOptions.Archive"/>; none if omitted. The chat does not dispose it.</param>
    /// <exception cref="ArgumentException">An option is out of its range, a filter is null, or <see cref="ChatOptions.Archive"/> is set and there is no archive.</exception>
    /// <exception cref="NotSupportedException">There is an attachment store or an archive, and the store of the messages does not support it.</exception>
    public Chat(
        IMessageStore store,
        ChatOptions? options = null,
        TimeProvider? time = null,
        ILogger<Chat>? logger = null,
        IEnumerable<IMessageFilter>? filters = null,
        ILinkPreviewer? previewer = null,
        IAttachmentStore? attachments = null,
        IMessageIndex? index = null,
        IRoomArchive? archive = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        (_store, _index) = (store, index);
        options ??= new ChatOptions();
        OptionsProblems.ThrowIfAny(OptionsProblems.In(options), nameof(options));
        if (options.Archive is not null && archive is null)
        {
            throw new ArgumentException($"{nameof(ChatOptions)}.{nameof(ChatOptions.Archive)} is set, but the chat has no archive: call AddFileArchive or AddRoomArchive, or pass one.", nameof(archive));
        }

        _runner = new OperationRunner(options, time ?? TimeProvider.System, logger ?? (ILogger)NullLogger.Instance);
        Filters = MessageFilters.Of(filters, _runner);
        Previews = previewer is null ? null : new LinkPreviewQueue(previewer, store, _runner);
        _sender = new MessageSender(store, _runner, Filters, Previews);
        _changer = new MessageChanger(store, _runner, Filters, Previews);
        _attachments = attachments;
        if (attachments is not null)
        {
            store.RequireAbility<IAttachmentNoticeStore>("attachments").KeepNotices();
        }

        HasArchive = archive is not null;
        if (archive is not null)
        {
            store.RequireAbility<IArchivingStore>("archives").UseArchive(archive);
        }

        SearchedRooms = index is null ? null : new SearchedRooms(store, index, _runner.Time);
        Sessions = store.GetAbility<IUserStore>() is null ? null : new UserSessions(store, _runner.Logger);
        Presence = new PresenceKeeper(store, options.Presence, _runner.Time, _runner.Logger);
    }

    internal IMessageStore Store => _store;

    internal OperationRunner Runner => _runner;

    internal bool HasArchive { get; }

    internal PresenceKeeper Presence { get; }

    /// <summary>Check messages before they are stored; <see langword="null"/> if there are none.</summary>
    internal MessageFilters? Filters { get; }

    /// <summary>Makes previews of what was sent; <see langword="null"/> if the application makes none.</summary>
    internal ISentObserver? Previews { get; }

    /// <summary>Ends what is watched for users who are revoked; <see langword="null"/> if the store does not support that.</summary>
    internal UserSessions? Sessions { get; }

    /// <summary>All rooms: to create, describe, list and delete them, and the rooms of two users.</summary>
    public RoomDirectory Rooms => new(this, _store, _runner);

    /// <summary>A handle to one room, for callers that use it often.</summary>
    /// <param name="id">
    /// The room's id: 1 to <see cref="ChatLimits.MaxIdBytes"/> bytes of UTF-8, no control characters; or the id of a thread (<see cref="ThreadId.RoomId"/>). The room need not exist.
    /// </param>
    /// <exception cref="ChatInputException">The id is not valid.</exception>
    public ChatRoom Room(string id)
    {
        ChatInput.CheckRoom(id, _store);
        return new ChatRoom(this, id);
    }

    /// <summary>A handle to what belongs to one user across rooms.</summary>
    /// <param name="id">The user's id: 1 to <see cref="ChatLimits.MaxIdBytes"/> bytes of UTF-8, no control characters. The user need not be known.</param>
    /// <exception cref="ChatInputException">The id is not valid.</exception>
    public ChatUser User(string id)
    {
        ChatInput.CheckId(id);
        return new ChatUser(this, id);
    }

    /// <summary>Sends a message.</summary>
    /// <param name="room">The room's id; the room is created by its first message.</param>
    /// <param name="user">The author's id.</param>
    /// <param name="text">The text.</param>
    /// <param name="cancellationToken">Stops waiting; the message may still be stored.</param>
    /// <returns>The receipt: the store holds the message.</returns>
    /// <exception cref="ChatInputException">An id or the text is not valid, see <see cref="NewMessage"/>.</exception>
    /// <exception cref="ChatForbiddenException">The room's rules or a filter (<see cref="IMessageFilter"/>) do not allow it.</exception>
    /// <exception cref="ChatDurabilityException">The message is stored, but <see cref="ChatOptions.Durability"/> was not confirmed in time.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="ChatStoreFullException">The store has no memory left.</exception>
    public Task<MessageReceipt> SendAsync(string room, string user, string text, CancellationToken cancellationToken = default) =>
        SendAsync(room, new NewMessage(user, text), cancellationToken);

    /// <summary>Sends a message with metadata or an idempotency key.</summary>
    /// <param name="room">The room's id; the room is created by its first message.</param>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Stops waiting; the message may still be stored.</param>
    /// <returns>The receipt: the store holds the message.</returns>
    /// <exception cref="ChatInputException">The room's id or the message is not valid.</exception>
    /// <exception cref="ChatForbiddenException">The room's rules or a filter (<see cref="IMessageFilter"/>) do not allow it.</exception>
    /// <exception cref="ChatDurabilityException">The message is stored, but <see cref="ChatOptions.Durability"/> was not confirmed in time.</exception>
    /// <exception cref="ChatIdempotencyConflictException">The idempotency key was already used for a different message.</exception>
    /// <exception cref="ChatParentNotFoundException">A message replies to one that does not exist in the room. Nothing was stored.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="ChatStoreFullException">The store has no memory left.</exception>
    /// <exception cref="NotSupportedException">The store does not support metadata or idempotency keys: <see cref="ClassicMessageStore"/>.</exception>
    public Task<MessageReceipt> SendAsync(string room, NewMessage message, CancellationToken cancellationToken = default) =>
        SendAsync(room, message, _runner.Durability, cancellationToken);

    /// <summary>Sends a message, and returns once it is as durable as this call requires.</summary>
    /// <param name="room">The room's id; the room is created by its first message.</param>
    /// <param name="message">The message.</param>
    /// <param name="durability">The level, instead of <see cref="ChatOptions.Durability"/>.</param>
    /// <param name="cancellationToken">Stops waiting; the message may still be stored.</param>
    /// <returns>The receipt: the store holds the message, as durably as requested.</returns>
    /// <exception cref="ChatInputException">The room's id or the message is not valid.</exception>
    /// <exception cref="ChatForbiddenException">The room's rules or a filter (<see cref="IMessageFilter"/>) do not allow it.</exception>
    /// <exception cref="ChatDurabilityException">The message is stored, but this level was not confirmed in time. The exception has the receipt.</exception>
    /// <exception cref="ChatServerException">The server cannot provide this level.</exception>
    /// <exception cref="ChatIdempotencyConflictException">The idempotency key was already used for a different message.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="ChatStoreFullException">The store has no memory left.</exception>
    /// <exception cref="NotSupportedException">The store cannot confirm durability, or does not support metadata or idempotency keys.</exception>
    public Task<MessageReceipt> SendAsync(
        string room, NewMessage message, Durability durability, CancellationToken cancellationToken = default) =>
        _sender.SendAsync(room, message, durability, cancellationToken);

    /// <summary>Sends several messages to one room atomically, in order, with no other message between them.</summary>
    /// <param name="room">The room's id; the room is created by its first message.</param>
    /// <param name="messages">At most <see cref="ChatLimits.MaxBatchSize"/>; an empty list does nothing.</param>
    /// <param name="cancellationToken">Stops waiting; the messages may still be stored.</param>
    /// <returns>A receipt for each message, in the same order.</returns>
    /// <exception cref="ChatInputException">The room's id or one of the messages is not valid; the error names the invalid part.</exception>
    /// <exception cref="ChatForbiddenException">The room's rules or a filter (<see cref="IMessageFilter"/>) do not allow it.</exception>
    /// <exception cref="ChatDurabilityException">The messages are stored, but <see cref="ChatOptions.Durability"/> was not confirmed in time.</exception>
    /// <exception cref="ChatIdempotencyConflictException">An idempotency key was already used for a different message.</exception>
    /// <exception cref="ChatParentNotFoundException">A message replies to one that does not exist in the room. Nothing was stored.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="ChatStoreFullException">The store has no memory left.</exception>
    /// <exception cref="NotSupportedException">The store does not support metadata or idempotency keys: <see cref="ClassicMessageStore"/>.</exception>
    public Task<IReadOnlyList<MessageReceipt>> SendManyAsync(
        string room, IReadOnlyList<NewMessage> messages, CancellationToken cancellationToken = default) =>
        SendManyAsync(room, messages, _runner.Durability, cancellationToken);

    /// <summary>Sends several messages atomically, and returns once they are as durable as this call requires.</summary>
    /// <param name="room">The room's id; the room is created by its first message.</param>
    /// <param name="messages">At most <see cref="ChatLimits.MaxBatchSize"/>; an empty list does nothing.</param>
    /// <param name="durability">The level, instead of <see cref="ChatOptions.Durability"/>.</param>
    /// <param name="cancellationToken">Stops waiting; the messages may still be stored.</param>
    /// <returns>A receipt for each message, in the same order.</returns>
    /// <inheritdoc cref="SendAsync(string, NewMessage, Durability, CancellationToken)" path="/exception"/>
    public Task<IReadOnlyList<MessageReceipt>> SendManyAsync(
        string room, IReadOnlyList<NewMessage> messages, Durability durability, CancellationToken cancellationToken = default) =>
        _sender.SendManyAsync(room, messages, durability, cancellationToken);

    /// <summary>Finds out whether a message was sent already, without sending it: what <see cref="SendAsync(string, NewMessage, CancellationToken)"/> would recognize as a repetition.</summary>
    /// <remarks>For applications that limit how often users may call: a repetition of a send whose answer was lost must not be refused.</remarks>
    /// <param name="room">The room's id. A room that does not exist has no messages.</param>
    /// <param name="message">The message as it would be sent, with an idempotency key.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>
    /// The receipt, with <see cref="MessageReceipt.IsDuplicate"/> set, even if the message was edited or deleted since; <see langword="null"/> if the key is not, or no longer,
    /// remembered. A send that is still on its way is not found.
    /// </returns>
    /// <exception cref="ChatInputException">The room's id or the message is not valid, or it has no idempotency key.</exception>
    /// <exception cref="ChatDataException">What is stored under the key is not a receipt.</exception>
    /// <exception cref="ChatIdempotencyConflictException">The idempotency key was used for a different message.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support it: <see cref="ClassicMessageStore"/>.</exception>
    public Task<MessageReceipt?> FindSentAsync(string room, NewMessage message, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckRoom(room, _store);
        message = message?.Snapshot()!;
        MessageInput.CheckMessage(message, _runner.Options);
        if (message.IdempotencyKey is null)
        {
            throw new ChatInputException("Only a message with an idempotency key can be found.", $"{nameof(message)}.{nameof(message.IdempotencyKey)}");
        }

        return _runner.RunAsync(
            ChatOperation.Read, room, (Store: _store.RequireAbility<ISentMessages>("finding what was sent"), Room: room, Message: message),
            static (call, token) => call.Store.FindAsync(call.Room, call.Message, token), cancellationToken).AsTask();
    }

    /// <summary>Reads a page of a room: the newest messages, or those before, after or around an id, of all users or of one.</summary>
    /// <param name="room">The room's id. A room that does not exist has no messages.</param>
    /// <param name="query">Which page; the newest if omitted.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChatInputException">The room's id or the query is not valid.</exception>
    /// <exception cref="ChatDataException">The room's counters are not what the chat writes, or count far more messages than exist.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    public async Task<MessagePage> ReceiveAsync(string room, MessageQuery? query = null, CancellationToken cancellationToken = default)
    {
        query ??= MessageQuery.Newest;
        ChatInput.CheckRoom(room, _store);
        MessageInput.CheckQuery(query);
        var page = await _runner.RunAsync(
            ChatOperation.Read, room, (Store: _store, Room: room, Query: query),
            static (call, token) => call.Store.ReadAsync(call.Room, call.Query, token), cancellationToken).ConfigureAwait(false);
        if (page.Unreadable.Count > 0)
        {
            ChatTelemetry.LeftOut(page.Unreadable, _runner.Logger);
        }

        return page;
    }

    /// <summary>Reads a room's whole history, oldest message first, page by page as it is enumerated.</summary>
    /// <remarks>
    /// It ends at the message that is the newest when the enumeration gets there. Stored values that are not messages are left out, logged and counted
    /// (<see cref="ChatDiagnostics.UnreadableMessages"/>).
    /// </remarks>
    /// <param name="room">The room's id. A room that does not exist has no messages.</param>
    /// <param name="user">If given, only messages of this user.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <exception cref="ChatInputException">An id is not valid. Thrown at once, not when enumerated.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time; thrown by the enumeration.</exception>
    public IAsyncEnumerable<Message> ReceiveAllAsync(string room, string? user = null, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckRoom(room, _store);
        if (user is not null)
        {
            ChatInput.CheckId(user);
        }

        return MessageHistory.EnumerateAsync(this, room, user, cancellationToken);
    }

    /// <summary>Reads one message.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="id">The message's id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The message, or <see langword="null"/> if it does not exist: it never did, or was deleted.</returns>
    /// <exception cref="ChatInputException">An id is not valid.</exception>
    /// <exception cref="ChatDataException">The stored value is not a message.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    public Task<Message?> GetAsync(string room, long id, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckRoom(room, _store);
        ChatInput.CheckMessageId(id);
        return _runner.RunAsync(
            ChatOperation.Read, room, (Store: _store, Room: room, Id: id),
            static (call, token) => call.Store.GetAsync(call.Room, call.Id, token), cancellationToken).AsTask();
    }

    /// <summary>Gives a message a new text; its metadata, mentions and attachments stay. If another change comes first, tries again on the message's new state.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="id">The message's id.</param>
    /// <param name="by">Who edits: the author, or the application.</param>
    /// <param name="text">The new text. If the message already has it, nothing is changed.</param>
    /// <param name="cancellationToken">Stops waiting; the edit may still happen.</param>
    /// <returns>The message as it is now, or <see langword="null"/> if it does not exist.</returns>
    /// <exception cref="ChatInputException">An id or the text is not valid.</exception>
    /// <exception cref="ChatForbiddenException">The message was written by someone else, or the room's rules or a filter do not allow it.</exception>
    /// <exception cref="ChatDataException">The stored value is not a message.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="ChatStoreFullException">The store has no memory left.</exception>
    /// <exception cref="NotSupportedException">The store cannot edit: <see cref="ClassicMessageStore"/>.</exception>
    public Task<Message?> EditAsync(string room, long id, Actor by, string text, CancellationToken cancellationToken = default) =>
        EditAsync(room, id, by, text, null, cancellationToken);

    /// <summary>Gives a message a new text and new metadata; its mentions and attachments stay. If another change comes first, tries again on the message's new state.</summary>
    /// <inheritdoc cref="EditAsync(string, long, Actor, string, CancellationToken)"/>
    /// <param name="room">The room's id.</param>
    /// <param name="id">The message's id.</param>
    /// <param name="by">Who edits: the author, or the application.</param>
    /// <param name="text">The new text. If the message already has this text and metadata, nothing is changed.</param>
    /// <param name="metadata">The complete new metadata, checked like a new message's and copied; <see langword="null"/> to keep what the message has.</param>
    /// <param name="cancellationToken">Stops waiting; the edit may still happen.</param>
    public Task<Message?> EditAsync(
        string room, long id, Actor by, string text, IReadOnlyDictionary<string, string>? metadata, CancellationToken cancellationToken = default) =>
        EditAsync(room, id, by, new MessageEdit { Text = text, Metadata = metadata }, cancellationToken);

    /// <summary>
    /// Gives a message a new text, and, where the edit names them, new metadata, mentions and attachments. If another change comes first, tries again on the message's new state.
    /// </summary>
    /// <inheritdoc cref="EditAsync(string, long, Actor, string, CancellationToken)"/>
    /// <param name="room">The room's id.</param>
    /// <param name="id">The message's id.</param>
    /// <param name="by">Who edits: the author, or the application.</param>
    /// <param name="edit">
    /// The edit. If the message already is like this, nothing is changed. Mentions that it adds are checked as those of a new message (<see cref="NewMessage.Mentions"/>); those that the
    /// message has may stay.
    /// </param>
    /// <param name="cancellationToken">Stops waiting; the edit may still happen.</param>
    public Task<Message?> EditAsync(string room, long id, Actor by, MessageEdit edit, CancellationToken cancellationToken = default) =>
        _changer.EditAsync(room, id, by, edit, cancellationToken);

    /// <summary>Deletes a message. Its id is never used again.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="id">The message's id.</param>
    /// <param name="by">Who deletes: the author, a user with the right <see cref="RoomRights.DeleteAny"/> in this room, or the application.</param>
    /// <param name="reason">The reason, for those who watch the room: at most 256 bytes of UTF-8, no control characters.</param>
    /// <param name="cancellationToken">Stops waiting; the deletion may still happen.</param>
    /// <returns>Whether the message existed; deleting it again returns <see langword="false"/>.</returns>
    /// <exception cref="ChatInputException">An id or the reason is not valid.</exception>
    /// <exception cref="ChatForbiddenException">The message was written by someone else, or the room's rules do not allow it.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    public Task<bool> DeleteAsync(
        string room, long id, Actor by, string? reason = null, CancellationToken cancellationToken = default) =>
        _changer.DeleteAsync(room, id, by, reason, cancellationToken);

    /// <summary>Reads the events in a room since a position, for applications that poll instead of watching.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="after">What the reader has seen; <see cref="RoomPosition.Start"/> to read everything.</param>
    /// <param name="limit">The most changes and new messages: 1 to <see cref="ChatLimits.MaxPageSize"/>. What comes with a new message is not counted.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The events and where to continue. An edit that is made during the read may be reported again by the next one.</returns>
    /// <exception cref="ChatInputException">The room's id, the position or the limit is not valid.</exception>
    /// <exception cref="NotSupportedException">The store keeps no record of changes.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    public Task<RoomChanges> ReadChangesAsync(
        string room, RoomPosition after, int limit = 500, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckRoom(room, _store);
        ChatInput.CheckPosition(after);
        ChatInput.CheckLimit(limit);
        return _runner.RunAsync(
            ChatOperation.Read, room, (Store: _store, Room: room, After: after, Limit: limit),
            static (call, token) => call.Store.ReadChangesAsync(call.Room, call.After, call.Limit, token), cancellationToken).AsTask();
    }

    /// <summary>Checks within 2 seconds whether the store works: see <see cref="CheckHealthAsync(TimeSpan, CancellationToken)"/>.</summary>
    /// <param name="cancellationToken">Stops the check.</param>
    public Task<ChatHealth> CheckHealthAsync(CancellationToken cancellationToken = default) => CheckHealthAsync(TimeSpan.FromSeconds(2), cancellationToken);

    /// <summary>Checks, for a health endpoint, whether the store answers, accepts writes and delivers live events. The result reports any failure.</summary>
    /// <param name="patience">How long the whole check may take.</param>
    /// <param name="cancellationToken">Stops the check.</param>
    /// <exception cref="NotSupportedException">The store cannot be checked.</exception>
    public Task<ChatHealth> CheckHealthAsync(TimeSpan patience, CancellationToken cancellationToken = default) =>
        _store.RequireAbility<IStoreHealth>("health checks").CheckHealthAsync(patience, cancellationToken);
}
