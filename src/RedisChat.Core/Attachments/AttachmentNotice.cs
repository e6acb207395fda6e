namespace RedisChat;

/// <summary>Attachments that one message no longer refers to, as a store keeps them until they are reported: see <see cref="IAttachmentNoticeStore"/>.</summary>
/// <param name="Id">Identifies it among the notices of the room and its threads.</param>
/// <param name="Room">The room's id, or that of a thread.</param>
/// <param name="MessageId">The id that the message has or had.</param>
/// <param name="Attachments">The attachments.</param>
/// <param name="Reason">Why they were released.</param>
public sealed record AttachmentNotice(string Id, string Room, long MessageId, AttachmentList Attachments, ReleaseReason Reason);
