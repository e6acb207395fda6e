namespace RedisChat;

/// <summary>The parents of the replies on one page: which of them are not on the page, and the page with all of them.</summary>
internal static class PageParents
{
    private static readonly ReplyParent Deleted = new() { IsDeleted = true };
    private static readonly ReplyParent Unreadable = new();

    /// <summary>Whether there are no replies among the messages.</summary>
    public static bool AreNone(IReadOnlyList<Message> messages)
    {
        for (var i = 0; i < messages.Count; i++)
        {
            if (messages[i].ReplyTo is not null)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The ids of the parents that are not on the page, ascending; <see langword="null"/> if the page has no replies.</summary>
    public static long[]? MissingFrom(IReadOnlyList<Message> messages)
    {
        if (AreNone(messages))
        {
            return null;
        }

        var parents = messages.Select(message => message.ReplyTo).OfType<long>();
        return [.. parents.Except(messages.Select(message => message.Id)).Order()];
    }

    /// <summary>The page with its parents.</summary>
    /// <param name="page">A page with replies.</param>
    /// <param name="others">The parents that are not on the page, as far as they exist.</param>
    /// <param name="unreadable">What could not be read, on the page and among the parents.</param>
    public static MessagePage AddTo(MessagePage page, IEnumerable<Message> others, IReadOnlyList<UnreadableMessage> unreadable)
    {
        var known = page.Messages.Concat(others).ToDictionary(message => message.Id);
        var parents = new Dictionary<long, ReplyParent>();
        foreach (var message in page.Messages)
        {
            if (message.ReplyTo is { } parent)
            {
                parents[parent] = known.TryGetValue(parent, out var found) ? new ReplyParent { Message = found }
                    : unreadable.Any(other => other.Id == parent) ? Unreadable
                    : Deleted;
            }
        }

        return page with
        {
            Parents = parents,
            Unreadable = [.. unreadable.OrderBy(message => message.Id)],
        };
    }
}
