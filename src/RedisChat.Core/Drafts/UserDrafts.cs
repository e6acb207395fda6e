namespace RedisChat;

/// <summary>A user's drafts: what the user has begun to write in rooms, on all devices. See <see cref="ChatUser.Drafts"/>.</summary>
/// <remarks>
/// There is at most one for each room, and the last write wins. Only the user's own devices should see them: the chat checks no right, and neither the room nor its
/// members learn of a draft. Nothing is sent or discarded by itself: when the message is sent, discard its draft. Thread-safe.
/// </remarks>
public sealed class UserDrafts
{
    private static readonly ChatOperation Read = new(ChatOperations.Drafts, "The drafts could not be read");

    private static readonly ChatOperation Change = new(ChatOperations.Drafts, "The draft could not be changed")
    {
        Writes = true,
        InDoubt = "It may have been changed. It is safe to try again.",
    };

    private readonly string _user;
    private readonly Chat _chat;

    internal UserDrafts(string user, Chat chat)
    {
        _user = user;
        _chat = chat;
    }

    /// <summary>The error for a user who has as many drafts as possible.</summary>
    internal static ChatLimitException TooMany() =>
        new($"The user has {ChatLimits.MaxDrafts} drafts, and none for this room. Discard one to save another.");

    private IDraftStore Store => _chat.Store.RequireAbility<IDraftStore>("drafts");

    /// <summary>Saves a draft, in place of the one that the room has.</summary>
    /// <remarks>For each pause in the user's typing, not for each key: every save is a write, and an event for the user's other devices.</remarks>
    /// <param name="room">The room's id; it need not exist.</param>
    /// <param name="text">The text; the limits are those of a message.</param>
    /// <param name="metadata">Small pieces of data of the application; the limits are those of a message.</param>
    /// <param name="cancellationToken">Stops waiting; it may still be saved.</param>
    /// <returns>The draft as it was saved.</returns>
    /// <exception cref="ChatInputException">The id, the text or the metadata is not valid. Nothing was saved.</exception>
    /// <exception cref="ChatLimitException">The user has <see cref="ChatLimits.MaxDrafts"/> drafts, and none for this room: discard one first.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support drafts.</exception>
    public Task<Draft> SaveAsync(string room, string text, IReadOnlyDictionary<string, string>? metadata = null, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckRoom(room);
        MessageInput.CheckText(text, _chat.Runner.Options);
        MessageInput.CheckMetadata(metadata ?? Message.NoMetadata, _chat.Runner.Options, nameof(metadata));
        var draft = new Draft { Room = room, Text = text, Metadata = MetadataCopy.Of(metadata ?? Message.NoMetadata), SavedAt = default };
        return _chat.Runner.RunAsync(
            Change, room, (Store, User: _user, Draft: draft), static (call, token) => call.Store.SaveDraftAsync(call.User, call.Draft, token), cancellationToken).AsTask();
    }

    /// <summary>Reads the draft of a room; <see langword="null"/> if there is none.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChatInputException">The id is not valid.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support drafts.</exception>
    public Task<Draft?> GetAsync(string room, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckRoom(room);
        return _chat.Runner.RunAsync(
            Read, room, (Store, User: _user, Room: room), static (call, token) => call.Store.ReadDraftAsync(call.User, call.Room, token), cancellationToken).AsTask();
    }

    /// <summary>Lists all drafts, the last one saved first.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support drafts.</exception>
    public Task<IReadOnlyList<Draft>> ListAsync(CancellationToken cancellationToken = default) => _chat.Runner.RunAsync(
        Read, null, (Store, User: _user),
        static async (call, token) =>
        {
            var drafts = await call.Store.ReadDraftsAsync(call.User, token).ConfigureAwait(false);
            return (IReadOnlyList<Draft>)[.. drafts.OrderByDescending(draft => draft.SavedAt)];
        },
        cancellationToken).AsTask();

    /// <summary>Discards the draft of a room, for example because its message was sent.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="cancellationToken">Stops waiting; it may still be discarded.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="ChatInputException">The id is not valid.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support drafts.</exception>
    public Task<bool> DiscardAsync(string room, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckRoom(room);
        return _chat.Runner.RunAsync(
            Change, room, (Store, User: _user, Room: room), static (call, token) => call.Store.DiscardDraftAsync(call.User, call.Room, token), cancellationToken).AsTask();
    }

    /// <summary>Streams the drafts: first each as it is, in no particular order, and then each that is saved or discarded, on whichever device.</summary>
    /// <remarks>
    /// The stream delivers states: of saves that follow each other quickly, only the last one may arrive. A device receives its own saves too; compare
    /// <see cref="Draft.SavedAt"/> with that of its last save. The stream survives any outage of the store. It ends when it is canceled, when the store is disposed,
    /// with an error that waiting does not fix, or after <see cref="Chat.RevokeAsync"/>.
    /// </remarks>
    /// <param name="cancellationToken">Ends the stream with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="NotSupportedException">The store does not support drafts. Thrown at once.</exception>
    /// <exception cref="ChatForbiddenException">When enumerated: the user was revoked.</exception>
    /// <exception cref="ChatUnavailableException">When enumerated: the history of revocations was lost, so one may have been lost. Check that the user may still watch, and watch again.</exception>
    /// <exception cref="ObjectDisposedException">When enumerated: the store was disposed.</exception>
    public IAsyncEnumerable<DraftChange> WatchAsync(CancellationToken cancellationToken = default) => new DraftChanges(_chat, _user, Store, cancellationToken);
}
