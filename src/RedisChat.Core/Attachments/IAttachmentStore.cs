namespace RedisChat;

/// <summary>The application's store of what attachments refer to. It receives a notice of what messages no longer refer to, and can delete it.</summary>
/// <remarks>
/// <para>
/// Give it to every <see cref="Chat"/>, also to those that only send: a room is watched for releases from the first message with attachments that such a chat sends or edits into it. From then on, the deletion of
/// a message, an edit that removes an attachment, and the deletion of the room or of a thread write down what is released in the same atomic step, whichever process does it. The upkeep of rooms
/// (<see cref="Chat.RunUpkeepAsync"/>) then calls <see cref="ReleasedAsync"/>, and forgets it when that has returned. So each release is reported at least once, in any order, by any process that runs the upkeep, also
/// if processes die in between; a notice may come twice.
/// </para>
/// <para>
/// The notice is about one message. Senders choose the addresses, so another message may refer to the same one: if it was forwarded, or on purpose. Delete only what belongs to that room and no message needs, for
/// example by counting references when <see cref="IMessageFilter"/> accepts a message, or by not letting two messages refer to one address. Messages that are scheduled are not yet messages: the end of those is not reported.
/// </para>
/// <para>Implementations must be thread-safe, and must succeed for something that is gone already.</para>
/// </remarks>
public interface IAttachmentStore
{
    /// <summary>Messages no longer refer to these attachments.</summary>
    /// <param name="attachments">The attachments, of one room and its threads. At most 1,000.</param>
    /// <param name="cancellationToken">Canceled when the upkeep ends.</param>
    /// <returns>When all are dealt with. If it throws, they are reported one by one, and those for which it throws again come later, after others.</returns>
    ValueTask ReleasedAsync(IReadOnlyList<ReleasedAttachment> attachments, CancellationToken cancellationToken = default);
}
