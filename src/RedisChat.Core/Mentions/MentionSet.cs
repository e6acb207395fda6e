namespace RedisChat;

/// <summary>The mentions of one message: a copy that the caller cannot change, each once, in a fixed order.</summary>
/// <remarks>The order makes two messages with the same mentions equal, so that a send that is repeated with another order is still recognized.</remarks>
internal static class MentionSet
{
    public static readonly IReadOnlyList<Mention> None = [];

    /// <summary>Copies mentions. Those of invalid input stay as they are, and are rejected later.</summary>
    public static IReadOnlyList<Mention> Of(IReadOnlyList<Mention>? mentions)
    {
        if (mentions is null or { Count: 0 })
        {
            return None;
        }

        Mention[] copy = [.. mentions];
        return Array.Exists(copy, mention => mention is null)
            ? copy.AsReadOnly()
            : copy.Distinct().OrderBy(mention => mention.ToString(), StringComparer.Ordinal).ToArray().AsReadOnly();
    }

    /// <summary>Whether both are the same mentions.</summary>
    public static bool AreSame(IReadOnlyList<Mention> one, IReadOnlyList<Mention> other) => ReferenceEquals(one, other) || one.SequenceEqual(other);

    /// <summary>Whether a message of someone else mentions a user.</summary>
    /// <param name="message">The message.</param>
    /// <param name="user">The user's id.</param>
    /// <param name="role">The user's role; <see langword="null"/> if the user is not a member.</param>
    public static bool Mentions(Message message, string user, string? role)
    {
        if (message.User == user)
        {
            return false;
        }

        foreach (var mention in message.Mentions)
        {
            if (mention.Means(user, role))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The users who are mentioned besides the author, and were not before.</summary>
    public static IReadOnlyList<string> AddedUsers(string author, IReadOnlyList<Mention> before, IReadOnlyList<Mention> now) =>
    [
        .. now.Except(before).Where(mention => mention.Kind == MentionKind.User && mention.Id != author).Select(mention => mention.Id),
    ];
}
