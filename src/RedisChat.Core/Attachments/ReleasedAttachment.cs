namespace RedisChat;

/// <summary>An attachment that a message no longer refers to: see <see cref="IAttachmentStore"/>.</summary>
/// <param name="Room">The room's id, or that of a thread.</param>
/// <param name="MessageId">The id that the message has or had.</param>
/// <param name="Attachment">The attachment, as the message had it.</param>
/// <param name="Reason">Why.</param>
public sealed record ReleasedAttachment(string Room, long MessageId, Attachment Attachment, ReleaseReason Reason);
