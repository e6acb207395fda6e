namespace RedisChat;

/// <summary>The previews of the links in a room's messages: see <see cref="ChatRoom.Previews"/>.</summary>
/// <remarks>
/// The application writes them, some time after the message; with an <see cref="ILinkPreviewer"/>, the chat does it by itself. That is no edit: version, edit time and earlier versions stay as they are, and no
/// rule of the room applies. Watchers receive <see cref="RoomEvent.PreviewsChanged"/>. Thread-safe.
/// </remarks>
public sealed class RoomPreviews
{
    private static readonly ChatOperation Set = new(ChatOperations.Preview, "The link previews could not be written")
    {
        Writes = true,
        InDoubt = "They may have been written. It is safe to try again.",
    };

    private readonly string _room;
    private readonly IMessageStore _store;
    private readonly OperationRunner _runner;

    internal RoomPreviews(string room, IMessageStore store, OperationRunner runner)
    {
        _room = room;
        _store = store;
        _runner = runner;
    }

    /// <summary>Replaces the link previews of a message. Those whose link is not in the text when they are written, because it was edited meanwhile, are left out.</summary>
    /// <param name="messageId">The message's id.</param>
    /// <param name="previews">The complete new previews, at most <see cref="ChatLimits.MaxLinkPreviews"/>; empty to remove them. They are stored in the order of the links.</param>
    /// <param name="cancellationToken">Stops waiting; the previews may still be written.</param>
    /// <returns>The message as it is now; <see langword="null"/> if it does not exist.</returns>
    /// <exception cref="ChatInputException">The id or a preview is not valid: see <see cref="LinkPreview"/>.</exception>
    /// <exception cref="ChatDataException">The stored value is not a message.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="ChatStoreFullException">The store has no memory left.</exception>
    /// <exception cref="NotSupportedException">The store does not support link previews.</exception>
    public Task<Message?> SetAsync(long messageId, LinkPreviewList previews, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckMessageId(messageId);
        PreviewInput.Check(previews, nameof(previews));
        return ChangeAsync(messageId, message => previews.LinkedFrom(message.Text), cancellationToken);
    }

    /// <summary>Changes the previews of a message, as long as their links are in its text.</summary>
    internal Task<Message?> ChangeAsync(long messageId, Func<Message, LinkPreviewList> decide, CancellationToken cancellationToken) =>
        _runner.RunAsync(
            Set, _room, (Store: _store.RequireAbility<ILinkPreviewStore>("link previews"), Room: _room, Id: messageId, Decide: decide),
            static (call, token) => call.Store.ChangePreviewsAsync(call.Room, call.Id, call.Decide, token), cancellationToken).AsTask();
}
