namespace RedisChat;

/// <summary>Why a message no longer refers to an attachment: see <see cref="ReleasedAttachment"/>.</summary>
public enum ReleaseReason
{
    /// <summary>The message was deleted: by a user, by the application, or because its time was up.</summary>
    Deleted,

    /// <summary>The message was edited, and its attachments do not contain the address any more.</summary>
    Edited,

    /// <summary>The room was deleted, or the thread.</summary>
    RoomDeleted,
}
