namespace RedisChat;

/// <summary>An optional ability of an <see cref="IMessageStore"/>: messages that are written part by part.</summary>
/// <remarks>
/// <para>
/// A message in progress is an ordinary message with <see cref="Message.Writing"/> set. Every read returns its text so far. Parts raise the passing event
/// <see cref="RoomEvent.PartWritten"/> and take no revision; the end raises <see cref="RoomEvent.WritingEnded"/>, with one revision, and is reported when a reader catches
/// up. Neither counts as an edit.
/// </para>
/// <para>
/// A message whose lease has run out becomes abandoned with the text that was stored, once: at the latest when it is read, or, if a part was stored, when someone watches the room. Deleting a message ends its
/// writing; an edit of a message in progress fails with <see cref="ChatWritingException"/>.
/// </para>
/// <para>Implementations are thread-safe. The conformance suite defines the contract.</para>
/// </remarks>
public interface IWritingStore
{
    /// <summary>Appends a message that is being written.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="message">The message, with an idempotency key, and with the text that it begins with: it may be empty.</param>
    /// <param name="writer">A name for the writer: 1 to 32 letters, digits, <c>-</c> or <c>_</c>.</param>
    /// <param name="lease">How long the message stays in progress without a part.</param>
    /// <param name="cancellationToken">Stops waiting; the message may still be stored.</param>
    /// <exception cref="ChatIdempotencyConflictException">The same user already used the key for another message, or for one that another writer writes.</exception>
    /// <exception cref="ChatForbiddenException">The author may not send.</exception>
    ValueTask<MessageReceipt> BeginWritingAsync(string room, NewMessage message, string writer, TimeSpan lease, CancellationToken cancellationToken = default);

    /// <summary>Adds a part and renews the lease.</summary>
    /// <remarks>The store ignores what it already has, so a part can be repeated, also with more text.</remarks>
    /// <param name="room">The room's id.</param>
    /// <param name="messageId">The message's id.</param>
    /// <param name="part">The part.</param>
    /// <param name="cancellationToken">Stops waiting; the part may still be stored.</param>
    /// <returns>
    /// How many bytes of UTF-8 of the text are stored. If that is less than <see cref="WrittenPart.Offset"/>, the store has lost a part, and nothing was stored: continue from there.
    /// </returns>
    /// <exception cref="ChatWritingException">The message is not being written by this writer.</exception>
    /// <exception cref="ChatForbiddenException">The author may no longer send.</exception>
    ValueTask<long> AppendPartAsync(string room, long messageId, WrittenPart part, CancellationToken cancellationToken = default);

    /// <summary>Completes or abandons a message. Safe to repeat.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="messageId">The message's id.</param>
    /// <param name="writer">The writer's name.</param>
    /// <param name="text">The whole text; <see langword="null"/> to abandon the message with the text that is stored.</param>
    /// <param name="by">Who completes it: the author, whose right to send is checked in the same step, or the application. Abandoning takes no right.</param>
    /// <param name="cancellationToken">Stops waiting; the message may still be completed.</param>
    /// <returns>The message; <see langword="null"/> if an abandoned one does not exist any more.</returns>
    /// <exception cref="ChatWritingException">The message to complete is not being written by this writer.</exception>
    /// <exception cref="ChatForbiddenException">The author may no longer send.</exception>
    ValueTask<Message?> EndWritingAsync(string room, long messageId, string writer, string? text, Actor by, CancellationToken cancellationToken = default);
}
