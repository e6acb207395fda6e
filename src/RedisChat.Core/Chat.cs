using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace RedisChat;

/// <summary>A chat: send, receive, edit and delete messages in rooms. This is what applications use.</summary>
/// <remarks>
/// <para>Thread-safe, and meant to be shared. It holds no state that another process would need, and owns nothing: whoever made the store disposes it.</para>
/// <para>
/// Bad input is refused with a <see cref="ChatInputException"/> before anything is sent. While the store cannot be reached, every operation is tried again
/// until <see cref="ChatOptions.OperationTimeout"/>, and then fails with <see cref="ChatUnavailableException"/>. Repeating is safe: a
/// message is stored once, however often its sending is tried. More than <see cref="ChatOptions.MaxPendingOperations"/> at once are refused with
/// <see cref="ChatOverloadedException"/>, a write while two servers claim to be the primary with <see cref="ChatTopologyException"/>. A
/// cancelled operation throws <see cref="OperationCanceledException"/>; a
/// write that was under way may then still happen.
/// </para>
/// <para>The ids of users are taken as given: who may act as whom is for the application to know.</para>
/// </remarks>
public sealed class Chat
{
    private readonly IMessageStore _store;
    private readonly OperationRunner _runner;
    private readonly MessageSender _sender;
    private readonly MessageChanger _changer;

    /// <summary>Makes a chat on a store.</summary>
    /// <param name="store">Keeps the messages. It is not disposed by the chat.</param>
    /// <param name="options">Settings; their defaults if not given.</param>
    /// <param name="time">The clock of deadlines and retries; the system's if not given.</param>
    /// <param name="logger">Where to log to; nowhere if not given.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public Chat(IMessageStore store, ChatOptions? options = null, TimeProvider? time = null, ILogger<Chat>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        _store = store;
        options ??= new ChatOptions();
        OptionsProblems.ThrowIfAny(OptionsProblems.In(options), nameof(options));
        _runner = new OperationRunner(options, time ?? TimeProvider.System, logger ?? (ILogger)NullLogger.Instance);
        _sender = new MessageSender(store, _runner);
        _changer = new MessageChanger(store, _runner);
    }

    internal IMessageStore Store => _store;

    internal OperationRunner Runner => _runner;

    /// <summary>A handle on one room, for callers that use it often.</summary>
    /// <param name="id">The room's id: 1 to <see cref="ChatLimits.MaxIdBytes"/> bytes of UTF-8, no control characters. The room need not exist.</param>
    /// <exception cref="ChatInputException">The id is not valid.</exception>
    public ChatRoom Room(string id)
    {
        ChatInput.CheckId(id);
        return new ChatRoom(this, id);
    }

    /// <summary>Sends a message.</summary>
    /// <param name="room">The room's id; the room is created by its first message.</param>
    /// <param name="user">The author's id.</param>
    /// <param name="text">What is written.</param>
    /// <param name="cancellationToken">Stops waiting; the message may still be stored.</param>
    /// <returns>The receipt: the store holds the message.</returns>
    /// <exception cref="ChatInputException">An id or the text is not valid, see <see cref="NewMessage"/>.</exception>
    /// <exception cref="ChatDurabilityException">The message is stored, but not known to be as durable as <see cref="ChatOptions.Durability"/> says.</exception>
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
    /// <exception cref="ChatDurabilityException">The message is stored, but not known to be as durable as <see cref="ChatOptions.Durability"/> says.</exception>
    /// <exception cref="ChatIdempotencyConflictException">The idempotency key was used before for another message.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="ChatStoreFullException">The store has no memory left.</exception>
    /// <exception cref="NotSupportedException">The store has no place for metadata or idempotency keys: <see cref="ClassicMessageStore"/>.</exception>
    public Task<MessageReceipt> SendAsync(string room, NewMessage message, CancellationToken cancellationToken = default) =>
        SendAsync(room, message, _runner.Durability, cancellationToken);

    /// <summary>Sends a message that must get as far as is said here, before the send returns.</summary>
    /// <param name="room">The room's id; the room is created by its first message.</param>
    /// <param name="message">The message.</param>
    /// <param name="durability">How far, instead of <see cref="ChatOptions.Durability"/>.</param>
    /// <param name="cancellationToken">Stops waiting; the message may still be stored.</param>
    /// <returns>The receipt: the store holds the message, as durably as asked.</returns>
    /// <exception cref="ChatInputException">The room's id or the message is not valid.</exception>
    /// <exception cref="ChatDurabilityException">The message is stored, but not known to be so durable; it carries the receipt.</exception>
    /// <exception cref="ChatServerException">The server cannot give this level.</exception>
    /// <exception cref="ChatIdempotencyConflictException">The idempotency key was used before for another message.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="ChatStoreFullException">The store has no memory left.</exception>
    /// <exception cref="NotSupportedException">The store cannot tell how durable a message is, or has no place for metadata or idempotency keys.</exception>
    public Task<MessageReceipt> SendAsync(
        string room, NewMessage message, Durability durability, CancellationToken cancellationToken = default) =>
        _sender.SendAsync(room, message, durability, cancellationToken);

    /// <summary>Sends several messages to one room, all or none, in their order and with no other message between them.</summary>
    /// <param name="room">The room's id; the room is created by its first message.</param>
    /// <param name="messages">At most <see cref="ChatLimits.MaxBatchSize"/>; none does nothing.</param>
    /// <param name="cancellationToken">Stops waiting; the messages may still be stored.</param>
    /// <returns>A receipt for each message, in the same order.</returns>
    /// <exception cref="ChatInputException">The room's id or one of the messages is not valid; the error names which.</exception>
    /// <exception cref="ChatDurabilityException">The messages are stored, but not known to be as durable as <see cref="ChatOptions.Durability"/> says.</exception>
    /// <exception cref="ChatIdempotencyConflictException">An idempotency key was used before for another message.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="ChatStoreFullException">The store has no memory left.</exception>
    /// <exception cref="NotSupportedException">The store has no place for metadata or idempotency keys: <see cref="ClassicMessageStore"/>.</exception>
    public Task<IReadOnlyList<MessageReceipt>> SendManyAsync(
        string room, IReadOnlyList<NewMessage> messages, CancellationToken cancellationToken = default) =>
        SendManyAsync(room, messages, _runner.Durability, cancellationToken);

    /// <summary>Sends several messages at once that must get as far as is said here, before the send returns.</summary>
    /// <param name="room">The room's id; the room is created by its first message.</param>
    /// <param name="messages">At most <see cref="ChatLimits.MaxBatchSize"/>; none does nothing.</param>
    /// <param name="durability">How far, instead of <see cref="ChatOptions.Durability"/>.</param>
    /// <param name="cancellationToken">Stops waiting; the messages may still be stored.</param>
    /// <returns>A receipt for each message, in the same order.</returns>
    /// <inheritdoc cref="SendAsync(string, NewMessage, Durability, CancellationToken)" path="/exception"/>
    public Task<IReadOnlyList<MessageReceipt>> SendManyAsync(
        string room, IReadOnlyList<NewMessage> messages, Durability durability, CancellationToken cancellationToken = default) =>
        _sender.SendManyAsync(room, messages, durability, cancellationToken);

    /// <summary>Reads a page of a room: the newest messages, or those before, after or around one, of all users or of one.</summary>
    /// <param name="room">The room's id. A room that does not exist has no messages.</param>
    /// <param name="query">Which page; the newest if not given.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChatInputException">The room's id or the query is not valid.</exception>
    /// <exception cref="ChatDataException">The room's counters are not what the chat writes, or tell of far more messages than there are.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    public async Task<MessagePage> ReceiveAsync(string room, MessageQuery? query = null, CancellationToken cancellationToken = default)
    {
        query ??= MessageQuery.Newest;
        ChatInput.CheckId(room);
        ChatInput.CheckQuery(query);
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
    /// It ends at the newest message there is by then. What the store holds that is no message is left out, logged and counted
    /// (<see cref="ChatDiagnostics.UnreadableMessages"/>).
    /// </remarks>
    /// <param name="room">The room's id. A room that does not exist has no messages.</param>
    /// <param name="user">Only messages of this user, if given.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <exception cref="ChatInputException">An id is not valid. Thrown at once, not when enumerated.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time; thrown by the enumeration.</exception>
    public IAsyncEnumerable<Message> ReceiveAllAsync(string room, string? user = null, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckId(room);
        if (user is not null)
        {
            ChatInput.CheckId(user);
        }

        return EnumerateAsync(room, user, cancellationToken);
    }

    /// <summary>Reads one message.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="id">The message's id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The message, or <see langword="null"/> if there is none of that id: never was, or deleted.</returns>
    /// <exception cref="ChatInputException">An id is not valid.</exception>
    /// <exception cref="ChatDataException">What is stored there is no message.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    public Task<Message?> GetAsync(string room, long id, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckId(room);
        ChatInput.CheckMessageId(id);
        return _runner.RunAsync(
            ChatOperation.Read, room, (Store: _store, Room: room, Id: id),
            static (call, token) => call.Store.GetAsync(call.Room, call.Id, token), cancellationToken).AsTask();
    }

    /// <summary>Gives a message another text, if nobody else changed it meanwhile; else tries again on its new state.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="id">The message's id.</param>
    /// <param name="user">Who edits: must be the author.</param>
    /// <param name="text">The new text. If the message has it already, nothing is changed.</param>
    /// <param name="cancellationToken">Stops waiting; the edit may still happen.</param>
    /// <returns>The message as it is now, or <see langword="null"/> if there is none of that id.</returns>
    /// <exception cref="ChatInputException">An id or the text is not valid.</exception>
    /// <exception cref="ChatForbiddenException">The message is someone else's.</exception>
    /// <exception cref="ChatDataException">What is stored there is no message.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="ChatStoreFullException">The store has no memory left.</exception>
    /// <exception cref="NotSupportedException">The store cannot edit: <see cref="ClassicMessageStore"/>.</exception>
    public Task<Message?> EditAsync(string room, long id, string user, string text, CancellationToken cancellationToken = default) =>
        EditAsync(room, id, user, text, null, cancellationToken);

    /// <summary>Gives a message another text and other metadata, if nobody else changed it meanwhile; else tries again on its new state.</summary>
    /// <inheritdoc cref="EditAsync(string, long, string, string, CancellationToken)"/>
    /// <param name="room">The room's id.</param>
    /// <param name="id">The message's id.</param>
    /// <param name="user">Who edits: must be the author.</param>
    /// <param name="text">The new text. If the message has text and metadata already, nothing is changed.</param>
    /// <param name="metadata">All of the new metadata, checked like a new message's and copied; <see langword="null"/> to keep what the message has.</param>
    /// <param name="cancellationToken">Stops waiting; the edit may still happen.</param>
    public Task<Message?> EditAsync(
        string room, long id, string user, string text, IReadOnlyDictionary<string, string>? metadata, CancellationToken cancellationToken = default) =>
        _changer.EditAsync(room, id, user, text, metadata, cancellationToken);

    /// <summary>Deletes a message. Its id is never used again.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="id">The message's id.</param>
    /// <param name="user">Who deletes: must be the author, unless acting as moderator.</param>
    /// <param name="asModerator">Whether someone else's message may be deleted. Whether the user is a moderator is for the application to know.</param>
    /// <param name="reason">Why, for those who watch the room: at most 256 bytes of UTF-8, no control characters.</param>
    /// <param name="cancellationToken">Stops waiting; the deletion may still happen.</param>
    /// <returns>Whether there was such a message; deleting it again gives <see langword="false"/>.</returns>
    /// <exception cref="ChatInputException">An id or the reason is not valid.</exception>
    /// <exception cref="ChatForbiddenException">The message is someone else's.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    public Task<bool> DeleteAsync(
        string room, long id, string user, bool asModerator = false, string? reason = null, CancellationToken cancellationToken = default) =>
        _changer.DeleteAsync(room, id, user, asModerator, reason, cancellationToken);

    /// <summary>Tells what happens in a room as it happens: each event once, in one order for all watchers.</summary>
    /// <remarks>
    /// <para>
    /// Load a page, then watch from its position, and nothing is missed in between:
    /// <c>chat.WatchAsync(room, (await chat.ReceiveAsync(room)).Position)</c>. To go on after a restart, keep the position of the last event.
    /// An edit or deletion made while the page was being read may be told although the page has it.
    /// </para>
    /// <para>
    /// The stream outlasts any time without a store, and ends only by cancellation or an error that waiting does not mend. Each watcher reads at its own
    /// pace; a slow one delays no other and holds a bounded amount of memory.
    /// </para>
    /// </remarks>
    /// <param name="room">The room's id; it need not exist yet.</param>
    /// <param name="after">
    /// What the watcher has seen: it is told first what happened since. If not given, it begins with what happens from now on. Either way
    /// <see cref="RoomEvent.CaughtUp"/> says that live events follow.
    /// </param>
    /// <param name="cancellationToken">Ends the stream with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ChatInputException">The room's id or the position is not valid. Thrown at once, not when enumerated.</exception>
    /// <exception cref="NotSupportedException">The store cannot be watched.</exception>
    public IAsyncEnumerable<RoomEvent> WatchAsync(string room, RoomPosition? after = null, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckId(room);
        ChatInput.CheckPosition(after ?? RoomPosition.Start, nameof(after));
        return new CountedEvents(_store.WatchAsync(room, after, cancellationToken), cancellationToken);
    }

    /// <summary>Reads what happened in a room since a position, for applications that poll instead of watching.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="after">What the reader has seen; <see cref="RoomPosition.Start"/> for all there is.</param>
    /// <param name="limit">The most events to return: 1 to <see cref="ChatLimits.MaxPageSize"/>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The events and where to go on from. An edit made during the read may be told again by the next one.</returns>
    /// <exception cref="ChatInputException">The room's id, the position or the limit is not valid.</exception>
    /// <exception cref="NotSupportedException">The store keeps no record of changes.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    public Task<RoomChanges> ReadChangesAsync(
        string room, RoomPosition after, int limit = 500, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckId(room);
        ChatInput.CheckPosition(after);
        ChatInput.CheckLimit(limit);
        return _runner.RunAsync(
            ChatOperation.Read, room, (Store: _store, Room: room, After: after, Limit: limit),
            static (call, token) => call.Store.ReadChangesAsync(call.Room, call.After, call.Limit, token), cancellationToken).AsTask();
    }

    /// <summary>Tries whether the store answers, can be written to, and delivers live, and how long each takes.</summary>
    /// <remarks>For a health endpoint. What does not work is in the result, not thrown; each step may take <see cref="ChatOptions.OperationTimeout"/>.</remarks>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NotSupportedException">The store cannot be checked.</exception>
    public Task<ChatHealth> CheckHealthAsync(CancellationToken cancellationToken = default) =>
        _store.RequireAbility<IStoreHealth>("health checks").CheckHealthAsync(_runner.Options.OperationTimeout, cancellationToken);

    private async IAsyncEnumerable<Message> EnumerateAsync(
        string room, string? user, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        MessagePage page;
        var after = 0L;
        do
        {
            page = await ReceiveAsync(room, new MessageQuery { After = after, User = user, Limit = 500 }, cancellationToken).ConfigureAwait(false);
            foreach (var message in page.Messages)
            {
                yield return message;
                after = message.Id;
            }
        }
        while (page.HasNewer);
    }
}
