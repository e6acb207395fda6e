using System.Globalization;

namespace RedisChat;

/// <summary>How many messages a user has not read: exact up to <see cref="ChatLimits.MaxUnread"/>, and capped above.</summary>
/// <param name="Count">The number of unread messages, at most <see cref="ChatLimits.MaxUnread"/>.</param>
/// <param name="HasMore">Whether there are more than <paramref name="Count"/>, which then is <see cref="ChatLimits.MaxUnread"/>.</param>
public readonly record struct UnreadCount(int Count, bool HasMore)
{
    /// <summary>The number as users see it: <c>0</c>, <c>7</c>, or <c>99+</c> if there are more.</summary>
    public override string ToString() => Count.ToString(CultureInfo.InvariantCulture) + (HasMore ? "+" : "");

    /// <summary>The count for a number of messages that was counted up to at least one more than <see cref="ChatLimits.MaxUnread"/>.</summary>
    internal static UnreadCount Of(int counted) =>
        counted > ChatLimits.MaxUnread ? new(ChatLimits.MaxUnread, true) : new(counted, false);
}
