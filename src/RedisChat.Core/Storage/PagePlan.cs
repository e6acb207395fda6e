namespace RedisChat;

/// <summary>
/// A <see cref="MessageQuery"/> in terms of ids: up to <see cref="Older"/> messages from <see cref="Pivot"/> down, and up to
/// <see cref="Newer"/> above it. A store reads one more in each direction, to know whether there are more.
/// </summary>
internal readonly record struct PagePlan(long Pivot, int Older, int Newer, long Last)
{
    /// <summary>Plans a page of a room, where <paramref name="last"/> is the newest known message.</summary>
    public static PagePlan For(MessageQuery query, long last)
    {
        if (query.After is { } after)
        {
            return new(Math.Min(after, last), 0, query.Limit, last);
        }

        if (query.Around is { } around)
        {
            var half = query.Limit / 2;
            return new(Math.Min(around - 1, last), half, query.Limit - half, last);
        }

        return new(Math.Min((query.Before ?? long.MaxValue) - 1, last), query.Limit, 0, last);
    }

    /// <summary>Assembles a page.</summary>
    /// <param name="older">Messages at or below the pivot, newest first, at most one more than <see cref="Older"/>.</param>
    /// <param name="newer">Messages above the pivot, oldest first, at most one more than <see cref="Newer"/>.</param>
    /// <param name="position">The room's position.</param>
    /// <param name="unreadable">The stored values that are not messages, in any order.</param>
    public MessagePage ToPage(
        ReadOnlySpan<Message> older, ReadOnlySpan<Message> newer, RoomPosition position, IReadOnlyList<UnreadableMessage> unreadable)
    {
        var messages = new Message[Math.Min(older.Length, Older) + Math.Min(newer.Length, Newer)];
        var split = Math.Min(older.Length, Older);
        for (var i = 0; i < messages.Length; i++)
        {
            messages[i] = i < split ? older[split - 1 - i] : newer[i - split];
        }

        return new MessagePage
        {
            Messages = messages,
            Position = position,
            HasOlder = Older > 0 ? older.Length > Older : Pivot > 0,
            HasNewer = Newer > 0 ? newer.Length > Newer : Pivot < Last,
            Unreadable = unreadable.Count < 2 ? unreadable : [.. unreadable.OrderBy(message => message.Id)],
        };
    }
}
