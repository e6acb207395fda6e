namespace RedisChat.Redis;

/// <summary>What entries of the change log say has changed.</summary>
/// <param name="first">The least id that a message could have before.</param>
internal sealed class TransferSubjects(long first)
{
    /// <summary>The least id that a message could have after the entries: messages with lower ids were trimmed.</summary>
    public long First { get; private set; } = first;

    /// <summary>The messages.</summary>
    public SortedSet<long> Messages { get; } = [];

    /// <summary>The users of a room, or the rooms of a user.</summary>
    public HashSet<string> Names { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether a user was erased: authors were replaced, and other things without an entry.</summary>
    public bool IsRewritten { get; private set; }

    /// <summary>Adds an entry.</summary>
    /// <param name="member">The entry.</param>
    /// <param name="isUser">Whether the log is that of a user.</param>
    public void Add(string member, bool isUser)
    {
        if (member.Split(':', 4) is not [_, [var kind], var subject, ..])
        {
            return;
        }

        switch (kind)
        {
            case 's' or 'o' or 'x':
                // Rules, settings and the like are fields of the room itself.
                break;
            case 'm' or 'l' or 't' when isUser || kind == 'm':
                Names.Add(EscapedId.FromWord(subject));
                break;
            case 'y':
                First = StrictNumber.TryRead(subject, out var below) ? Math.Max(First, below) : First;
                break;
            case ErasureChange.Kind:
                IsRewritten = true;
                break;
            case 'b':
                AddRuns(subject);
                break;
            default:
                if (StrictNumber.TryRead(subject, out var message))
                {
                    Messages.Add(message);
                }

                break;
        }
    }

    // Such as 5-9,12,14-20. A longer run is not one of a deletion, and may never end.
    private void AddRuns(string runs)
    {
        foreach (var run in runs.Split(','))
        {
            var ends = run.Split('-');
            if (StrictNumber.TryRead(ends[0], out var id) && StrictNumber.TryRead(ends[^1], out var last) && last - id < ChatLimits.MaxDeletedAtOnce)
            {
                for (; id <= last; id++)
                {
                    Messages.Add(id);
                }
            }
        }
    }
}
