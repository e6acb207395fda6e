namespace RedisChat;

/// <summary>Which messages of a room to delete: see <see cref="ChatRoom.DeleteManyAsync"/>. Immutable.</summary>
public sealed record MessageSelection
{
    private MessageSelection()
    {
    }

    /// <summary>The ids of the messages, ascending; <see langword="null"/> if they are selected by range or author.</summary>
    public IReadOnlyList<long>? Ids { get; private init; }

    /// <summary>The least id; 1 unless given.</summary>
    public long From { get; private init; } = 1;

    /// <summary>The greatest id; <see cref="ChatLimits.MaxMessageId"/> unless given.</summary>
    public long To { get; private init; } = ChatLimits.MaxMessageId;

    /// <summary>The author; <see langword="null"/> for all.</summary>
    public string? User { get; private init; }

    /// <summary>Messages with these ids. Those that do not exist are skipped.</summary>
    /// <param name="ids">The ids, in any order.</param>
    /// <exception cref="ChatInputException">One is not valid.</exception>
    public static MessageSelection Of(params IEnumerable<long> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var copy = ids.Distinct().Order().ToArray();
        foreach (var id in copy)
        {
            ChatInput.CheckMessageId(id, nameof(ids));
        }

        return new MessageSelection { Ids = copy };
    }

    /// <summary>All messages whose ids are in a range.</summary>
    /// <param name="from">The least id.</param>
    /// <param name="to">The greatest id.</param>
    /// <exception cref="ChatInputException">An id is not valid, or the range is empty.</exception>
    public static MessageSelection Between(long from, long to)
    {
        ChatInput.CheckMessageId(from);
        ChatInput.CheckMessageId(to);
        return from <= to
            ? new MessageSelection { From = from, To = to }
            : throw new ChatInputException("A range must not end before it begins.", nameof(to));
    }

    /// <summary>All messages of one author.</summary>
    /// <param name="user">The author.</param>
    /// <exception cref="ChatInputException">The user's id is not valid.</exception>
    public static MessageSelection By(string user)
    {
        ChatInput.CheckId(user);
        return new MessageSelection { User = user };
    }

    /// <summary>The messages of one author whose ids are in a range.</summary>
    /// <param name="user">The author.</param>
    /// <param name="from">The least id.</param>
    /// <param name="to">The greatest id.</param>
    /// <exception cref="ChatInputException">An id is not valid, or the range is empty.</exception>
    public static MessageSelection By(string user, long from, long to)
    {
        ChatInput.CheckId(user);
        return Between(from, to) with { User = user };
    }

    /// <summary>Those of these messages that an author wrote.</summary>
    internal static MessageSelection Of(IEnumerable<long> ids, string user) => Of(ids) with { User = user };

    /// <summary>The same without messages above an id.</summary>
    internal MessageSelection UpTo(long last) => this with { To = Math.Min(To, last) };

    /// <inheritdoc/>
    public bool Equals(MessageSelection? other) =>
        other is not null && From == other.From && To == other.To && User == other.User
        && (Ids is null ? other.Ids is null : other.Ids is not null && Ids.SequenceEqual(other.Ids));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(From, To, User, Ids?.Count);
}
