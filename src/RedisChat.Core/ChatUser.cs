namespace RedisChat;

/// <summary>A handle to what belongs to one user across rooms: see <see cref="Chat.User"/>. Cheap to create; thread-safe.</summary>
public sealed class ChatUser
{
    private readonly Chat _chat;

    internal ChatUser(Chat chat, string id)
    {
        _chat = chat;
        Id = id;
    }

    /// <summary>The user's id.</summary>
    public string Id { get; }

    /// <summary>The user's rooms, with what is new in them.</summary>
    public UserInbox Inbox => new(Id, _chat);

    /// <summary>What the user has begun to write in rooms, on all devices.</summary>
    public UserDrafts Drafts => new(Id, _chat);

    /// <summary>The data keys with which the user's drafts are encrypted: counts, rotates, rewraps and deletes them.</summary>
    public EncryptionKeys EncryptionKeys => new(UserScope.Of(Id), null, _chat.Store, _chat.Runner);

    /// <summary>Finds messages by their words, in all rooms that the user may read.</summary>
    public UserSearch Search => new(Id, _chat);

    /// <summary>
    /// Erases everything that names the user in all rooms and threads, with a proof at the end. Messages are deleted or made anonymous. Memberships, bans, reactions, mentions, pins, read markers, presence, drafts, scheduled messages,
    /// earlier versions, idempotency keys, and the entries of the change logs are removed, or lose the user's id.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Lock the account first: log the user out, end the user's presence, and let nobody act as the user. This call begins with <see cref="Chat.RevokeAsync"/>, and rooms in which it finds something refuse what the user sends, changes, schedules and marks as read until it ends, but what a user writes
    /// somewhere else meanwhile is found only by the next pass.
    /// </para>
    /// <para>
    /// It may be interrupted anywhere, by the token or the end of the process: call it again with the same mode to continue, from any process. Several at once do no harm. Once nothing is left, another call changes nothing.
    /// </para>
    /// <para>What is not in the store is not erased: see docs/operations.md for replicas, append-only files and backups. Other people's text is not changed: see <see cref="ErasureFindings.TextOfOthers"/>.</para>
    /// </remarks>
    /// <param name="options">How; the defaults if omitted.</param>
    /// <param name="progress">Receives a report after each room.</param>
    /// <param name="cancellationToken">Stops between two steps. The erasure can be continued.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="ChatInputException">
    /// An erasure of the user was begun with another mode, and has not ended. Or rooms are being imported or migrated, so more about the user may still come there: nothing was changed, not even by a dry run, and the message names at most ten of
    /// them. If an import begins during the erasure, it names one, and the erasure can be continued once that is complete.
    /// </exception>
    /// <exception cref="ChatDataException">Messages are encrypted with keys that this process lacks, and others may have: they are unchanged. A process with these keys can continue the erasure.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time, or the user went on writing. The erasure can be continued.</exception>
    /// <exception cref="NotSupportedException">The store cannot erase users, or its key scheme does not tell rooms apart: <see cref="IRoomKeyScheme"/>.</exception>
    public Task<ErasureReport> EraseAsync(ErasureOptions? options = null, IProgress<ErasureProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        options ??= new ErasureOptions();
        return Enum.IsDefined(options.Mode)
            ? new UserEraser(_chat.Store, _chat.Runner, Id, options, progress).RunAsync(cancellationToken)
            : throw new ChatInputException($"{options.Mode} is not a mode of erasure.", nameof(options));
    }

    /// <summary>
    /// Writes everything that the chat holds about the user, for a request for access: a line of JSON for each item, a <see cref="UserRecord"/> as <see cref="ChatJsonContext"/> writes it, in UTF-8 (NDJSON). Nothing is changed, and
    /// changes during the call may be included or not.
    /// </summary>
    /// <param name="output">Where to write. It is flushed, not closed.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    /// <returns>The number of lines.</returns>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time. Part of the lines may have been written.</exception>
    /// <exception cref="NotSupportedException">The store cannot find what it holds about users.</exception>
    public Task<long> ExportAsync(Stream output, CancellationToken cancellationToken = default) => new UserExporter(_chat.Store, _chat.Runner, Id).RunAsync(output, cancellationToken);
}
