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
}
