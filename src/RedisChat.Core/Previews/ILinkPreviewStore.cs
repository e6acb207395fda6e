namespace RedisChat;

/// <summary>An optional ability of an <see cref="IMessageStore"/>: changing the link previews of a message.</summary>
/// <remarks>
/// <para>
/// A store with this ability also raises <see cref="RoomEvent.PreviewsChanged"/>, and reports it when a reader catches up. The change alters neither the message's version nor its edit time. An edit
/// keeps the previews of the links that are still in the text, and removes the others in the same step (<see cref="Message.Previews"/>).
/// </para>
/// <para>Implementations are thread-safe. The conformance suite defines the contract.</para>
/// </remarks>
public interface ILinkPreviewStore
{
    /// <summary>Changes the previews of a message, atomically: they are decided on the message as it is when they are written.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="messageId">The message's id, at least 1.</param>
    /// <param name="decide">Returns the complete new previews; nothing is written if the message has these. Called again if the message changes meanwhile. Must be fast, and free of side effects.</param>
    /// <param name="cancellationToken">Stops waiting; the previews may still be written.</param>
    /// <returns>The message as it is now; <see langword="null"/> if it does not exist.</returns>
    /// <exception cref="ChatDataException">The stored value is not a message.</exception>
    ValueTask<Message?> ChangePreviewsAsync(string room, long messageId, Func<Message, LinkPreviewList> decide, CancellationToken cancellationToken = default);
}
