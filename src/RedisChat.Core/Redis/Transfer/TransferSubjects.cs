namespace RedisChat.Redis;

/// <summary>What entries of the change log say has changed.</summary>
internal sealed class TransferSubjects
{
    /// <summary>The messages.</summary>
    public SortedSet<long> Messages { get; } = [];

    /// <summary>The users of a room, or the rooms of a user.</summary>
    public HashSet<string> Names { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether a user was erased: authors were replaced, and other things without an entry.</summary>
    public bool IsRewritten { get; private set; }

    /// <summary>Adds an entry.</summary>
    /// <param name="member">The entry.</param>
    /// <param name="isUser">Whether the log is that of a user.</param>
    /// <param name="first">The least id that a message could have before.</param>
    /// <param name="newFirst">The least id that a message can have now.</param>
    public void Add(string member, bool isUser, long first, long newFirst)
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
                for (var id = first; id < newFirst; id++)
                {
                    Messages.Add(id);
                }

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

    // Such as 5-9,12,14-20.
    private void AddRuns(string runs)
    {
        foreach (var run in runs.Split(','))
        {
            var ends = run.Split('-');
            if (StrictNumber.TryRead(ends[0], out var id) && StrictNumber.TryRead(ends[^1], out var last))
            {
                for (; id <= last; id++)
                {
                    Messages.Add(id);
                }
            }
        }
    }
}
