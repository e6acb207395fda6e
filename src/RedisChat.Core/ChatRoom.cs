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

    /// <summary>The room's id; of a thread, <see cref="RedisChat.ThreadId.RoomId"/>.</summary>
    public string Id { get; }

    /// <summary>The thread that this room is; <see langword="null"/> if it is none.</summary>
    public ThreadId? ThreadId => RedisChat.ThreadId.TryParse(Id, out var thread) ? thread : null;

    /// <summary>
    /// The thread of a message: a room of its own, in which everything works that works in a room, by the rules of this one. The first reply that is sent to it begins it.
    /// </summary>
    /// <remarks>
    /// <para>
    /// This room says how many replies there are, and who sent them: <see cref="MessagePage.Threads"/> and <see cref="RoomEvent.ThreadChanged"/>. Who joins a thread follows it: it is in the user's inbox
    /// then (<see cref="RoomMembers"/>).
    /// </para>
    /// <para>
    /// When the message is deleted, its thread stays readable, and nobody can send to it any more: see <see cref="ChatOptions.DeleteThreads"/>. The deletion of this room deletes its threads.
    /// </para>
    /// </remarks>
    /// <param name="messageId">The message's id. Sends to the thread of a message that does not exist fail with <see cref="ChatParentNotFoundException"/>.</param>
    /// <exception cref="ChatInputException">The id is not valid, or this room is a thread itself.</exception>
    /// <exception cref="NotSupportedException">The store does not support threads.</exception>
    public ChatRoom Thread(long messageId)
    {
        _ = _chat.Store.RequireAbility<IThreadStore>("threads");
        return new ChatRoom(_chat, new ThreadId(Id, messageId).RoomId);
    }

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

    /// <summary>Earlier versions of this room's edited messages.</summary>
    public RoomVersions Versions => new(Id, _chat.Store, _chat.Runner);

    /// <summary>The data keys with which the room is encrypted: rotates and deletes them.</summary>
    public EncryptionKeys EncryptionKeys => new(Id, Id, _chat.Store, _chat.Runner);

    /// <summary>The messages that users have scheduled in this room.</summary>
    public RoomSchedule Schedule => new(Id, _chat.Store, _chat.Runner);

    /// <summary>The pinned messages of this room.</summary>
    public RoomPins Pins => new(Id, _chat.Store, _chat.Runner);

    /// <summary>The messages of this room that mention users.</summary>
    public RoomMentions Mentions => new(Id, _chat.Store, _chat.Runner);

    /// <summary>The previews of the links in this room's messages.</summary>
    public RoomPreviews Previews => new(Id, _chat.Store, _chat.Runner);

    /// <summary>Finds messages of this room and of its threads by their words.</summary>
    public RoomSearch Search => new(Id, _chat);

    /// <inheritdoc cref="Chat.SendAsync(string, string, string, CancellationToken)"/>
    public Task<MessageReceipt> SendAsync(string user, string text, CancellationToken cancellationToken = default) =>
        _chat.SendAsync(Id, user, text, cancellationToken);

    /// <inheritdoc cref="Chat.SendAsync(string, NewMessage, CancellationToken)"/>
    public Task<MessageReceipt> SendAsync(NewMessage message, CancellationToken cancellationToken = default) =>
        _chat.SendAsync(Id, message, cancellationToken);

    /// <inheritdoc cref="Chat.SendAsync(string, NewMessage, Durability, CancellationToken)"/>
    public Task<MessageReceipt> SendAsync(NewMessage message, Durability durability, CancellationToken cancellationToken = default) =>
        _chat.SendAsync(Id, message, durability, cancellationToken);

    /// <summary>Begins a message that is written part by part: see <see cref="MessageWriter"/>.</summary>
    /// <param name="user">The author's id.</param>
    /// <param name="cancellationToken">Stops waiting; the message may still be stored, and is abandoned then.</param>
    /// <inheritdoc cref="BeginAsync(NewMessage, WritingOptions, CancellationToken)" path="/returns"/>
    /// <inheritdoc cref="BeginAsync(NewMessage, WritingOptions, CancellationToken)" path="/exception"/>
    public Task<MessageWriter> BeginAsync(string user, CancellationToken cancellationToken = default) =>
        BeginAsync(new NewMessage(user, ""), null, cancellationToken);

    /// <summary>Begins a message that is written part by part, with metadata, as a reply, or with a text to begin with: see <see cref="MessageWriter"/>.</summary>
    /// <remarks>
    /// It is sent like any other message, and counts as one for the room's limits. Filters (<see cref="IMessageFilter"/>) see what it begins with, not the parts. It is stored at
    /// <see cref="Durability.Memory"/>. With an idempotency key, a second call fails: nobody can go on writing what another call began.
    /// </remarks>
    /// <param name="message">The message. Its text may be empty.</param>
    /// <param name="options">The lease, and how often to store; the defaults if omitted.</param>
    /// <param name="cancellationToken">Stops waiting; the message may still be stored, and is abandoned then.</param>
    /// <returns>The writer. Complete the message with it, and dispose it.</returns>
    /// <exception cref="ChatInputException">The message or an option is not valid.</exception>
    /// <exception cref="ChatForbiddenException">The room's rules or a filter (<see cref="IMessageFilter"/>) do not allow it.</exception>
    /// <exception cref="ChatIdempotencyConflictException">The idempotency key was already used.</exception>
    /// <exception cref="ChatParentNotFoundException">The message replies to one that does not exist in the room. Nothing was stored.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support it: <see cref="ClassicMessageStore"/>.</exception>
    public Task<MessageWriter> BeginAsync(NewMessage message, WritingOptions? options = null, CancellationToken cancellationToken = default) =>
        WritingStart.BeginAsync(_chat.Store, _chat.Runner, _chat.Filters, _chat.Previews, Id, message, options, cancellationToken);

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

    /// <inheritdoc cref="Chat.EditAsync(string, long, Actor, MessageEdit, CancellationToken)"/>
    public Task<Message?> EditAsync(long id, Actor by, MessageEdit edit, CancellationToken cancellationToken = default) =>
        _chat.EditAsync(Id, id, by, edit, cancellationToken);

    /// <inheritdoc cref="Chat.DeleteAsync"/>
    public Task<bool> DeleteAsync(
        long id, Actor by, string? reason = null, CancellationToken cancellationToken = default) =>
        _chat.DeleteAsync(Id, id, by, reason, cancellationToken);

    /// <summary>
    /// Deletes many messages: by their ids, by a range of ids, or all of one author. Leaves what the same single deletions would leave, but in few steps of at most
    /// <see cref="ChatLimits.MaxDeletedAtOnce"/> messages: each is atomic, and watchers receive it as one <see cref="RoomEvent.DeletedMany"/>.
    /// </summary>
    /// <remarks>
    /// If the call fails, is canceled, or the process ends, the messages of the steps so far are deleted, by ascending id. Call it again to continue. Messages that are sent after it began stay.
    /// Stored values that cannot be read stay, too: <see cref="MessagePage.Unreadable"/> reports them.
    /// </remarks>
    /// <param name="messages">Which messages. Those that do not exist are skipped.</param>
    /// <param name="by">
    /// Who deletes them. As for a single deletion, a user needs the right <see cref="RoomRights.ChangeOwn"/> for their own messages and <see cref="RoomRights.DeleteAny"/> for those of others: if
    /// one is missing for any message of a step, that step fails and deletes nothing.
    /// </param>
    /// <param name="reason">A reason for the event: one line of at most <see cref="ChatLimits.MaxReasonBytes"/> bytes; <see langword="null"/> for none.</param>
    /// <param name="progress">Receives a report after each step.</param>
    /// <param name="cancellationToken">Stops waiting; the step under way may still be carried out.</param>
    /// <returns>How many messages were deleted.</returns>
    /// <exception cref="ChatInputException">The user's id or the reason is not valid.</exception>
    /// <exception cref="ChatForbiddenException">The user may not delete one of the messages.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time. Some messages may have been deleted.</exception>
    /// <exception cref="NotSupportedException">The store does not support deleting many messages.</exception>
    public Task<DeletionProgress> DeleteManyAsync(
        MessageSelection messages, Actor by, string? reason = null, IProgress<DeletionProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        RuleInput.CheckActor(by);
        ChatInput.CheckReason(reason);
        return BulkDeletion.RunAsync(_chat.Store, _chat.Runner, Id, messages, by, reason, progress, cancellationToken);
    }

    /// <summary>Deletes the beginning of this room's history now, as far as a policy allows, without waiting for <see cref="Chat.RunUpkeepAsync"/>. The room's own retention neither matters nor changes.</summary>
    /// <remarks>
    /// It deletes as the application, in the same steps as the upkeep: see <see cref="RetentionPolicy"/> for the messages that stay in any case. Watchers receive <see cref="RoomEvent.Trimmed"/> for each step. If
    /// the call fails, is canceled, or the process ends, the messages of the steps so far are deleted. Call it again to continue.
    /// </remarks>
    /// <param name="policy">What is kept. <see cref="RetentionPolicy.Everything"/> deletes nothing.</param>
    /// <param name="progress">Receives after each step how many messages have been deleted.</param>
    /// <param name="cancellationToken">Stops waiting; the step under way may still be carried out.</param>
    /// <returns>How many messages were deleted. Those of a step whose answer was lost, so that it was repeated, are not counted.</returns>
    /// <exception cref="ChatInputException">The policy is not valid, or this room is a thread.</exception>
    /// <exception cref="ChatForbiddenException">The room is being deleted.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time. Some messages may have been deleted.</exception>
    /// <exception cref="NotSupportedException">The store does not support trimming: <see cref="ClassicMessageStore"/>.</exception>
    public Task<long> TrimAsync(RetentionPolicy policy, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ChatInput.RefuseThread(Id, "A thread has no retention of its own: it goes with its message.");
        if (policy.Problem() is { } problem)
        {
            throw new ChatInputException(problem, nameof(policy));
        }

        return HistoryTrim.RunAsync(_chat.Store, _chat.Runner, Id, policy, progress, cancellationToken);
    }

    /// <summary>Moves this room's old messages to the archive now, as far as a policy allows, without waiting for <see cref="Chat.RunUpkeepAsync"/>. Readers do not notice it.</summary>
    /// <remarks>
    /// It takes the same steps as the upkeep: see <see cref="ArchivePolicy"/> for the messages that stay in any case. <b>The first call for a room moves nothing</b>: it prepares the room, and the messages can go six
    /// minutes later. <see cref="ArchivedStep.IsWaiting"/> says so, and <see cref="ArchivedStep.Next"/> when to call again. If the call fails, is canceled, or the process ends, no message is lost; call it again to continue.
    /// </remarks>
    /// <param name="policy">What stays in Redis. Without limits, only what was taken out of the archive is moved back.</param>
    /// <param name="isDryRun">Whether to count only what would be moved, and to change nothing.</param>
    /// <param name="progress">Receives after each step how many runs of 128 ids have been moved.</param>
    /// <param name="cancellationToken">Stops waiting; the step under way may still be carried out.</param>
    /// <returns>How many runs of 128 ids were moved, and when there may be more.</returns>
    /// <exception cref="ChatInputException">The policy is not valid, or this room is a thread.</exception>
    /// <exception cref="ChatArchiveException">The archive failed. No message was lost.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time. Some messages may have been moved.</exception>
    /// <exception cref="NotSupportedException">The chat has no archive.</exception>
    public Task<ArchivedStep> ArchiveMessagesAsync(
        ArchivePolicy policy, bool isDryRun = false, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ChatInput.RefuseThread(Id, "A thread is not archived: it stays in Redis.");
        if (policy.Problem() is { } problem)
        {
            throw new ChatInputException(problem, nameof(policy));
        }

        return _chat.HasArchive
            ? HistoryArchiving.RunAsync(_chat.Store, _chat.Runner, Id, policy, isDryRun, progress, cancellationToken)
            : throw new NotSupportedException("The chat has no archive: call AddFileArchive or AddRoomArchive, or pass one to its constructor.");
    }

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
