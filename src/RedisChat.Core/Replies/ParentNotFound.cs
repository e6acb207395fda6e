using System.Globalization;

namespace RedisChat;

/// <summary>The error for a reply to a message that does not exist, worded once for all stores.</summary>
internal static class ParentNotFound
{
    public static ChatParentNotFoundException Error(long parentId) =>
        new(string.Create(
            CultureInfo.InvariantCulture, $"Message {parentId}, which is replied to, does not exist in this room: it never did, or was deleted. Nothing was sent."))
        {
            ParentId = parentId,
        };

    /// <summary>The error for a thread that cannot be followed.</summary>
    public static ChatParentNotFoundException WithoutThread(long messageId) =>
        new(string.Create(CultureInfo.InvariantCulture, $"Message {messageId} has no replies yet, so its thread cannot be followed. Reply first."))
        {
            ParentId = messageId,
        };

    /// <summary>The same for a message that a thread belongs to.</summary>
    public static ChatParentNotFoundException OfThread(long messageId) =>
        new(string.Create(
            CultureInfo.InvariantCulture, $"Message {messageId}, which this thread belongs to, does not exist in the room: it never did, or was deleted. Nothing was sent."))
        {
            ParentId = messageId,
        };
}
