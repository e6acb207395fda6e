using System.Text;

namespace RedisChat.Redis;

/// <summary>What a search found: each place is judged by its kind.</summary>
/// <param name="keys">Names the keys.</param>
/// <param name="user">The user.</param>
internal sealed class FoundTraces(KeyNames keys, ErasedUser user)
{
    // What one step lists.
    private const int MostTraces = 1000;

    /// <summary>Places that name the user.</summary>
    public List<ErasureTrace> Remaining { get; } = [];

    /// <summary>Text of others in which the id occurs.</summary>
    public List<ErasureTrace> Others { get; } = [];

    /// <summary>Adds the keys of a room or other scope whose names contain the id. The name of a room is added once.</summary>
    public void AddNames(string room, IReadOnlyList<string> places)
    {
        var isNameNoted = false;
        foreach (var key in places)
        {
            _ = keys.TryReadKey(key, out _, out var suffix);
            if (suffix.Length > 0 && UserPlaces.Of(suffix, user) is UserPlaces.List or UserPlaces.MentionsOfUser or UserPlaces.ScheduledByUser)
            {
                AddRemaining(key, null);
            }
            else if (UserScope.TryGetUser(room, out var owner) && owner == user.Id)
            {
                AddRemaining(key, null);
            }
            else if (!isNameNoted && user.IsIn(key[..^suffix.Length]))
            {
                isNameNoted = true;
                AddOther(key, null);
            }
        }
    }

    /// <summary>Adds a place, if it contains the id as a whole word: decides whether a place names the user, or has text of others in which the id occurs.</summary>
    public void Add(string key, string field, string value)
    {
        if (!user.IsIn(field) && !user.IsIn(value))
        {
            return;
        }

        var isScope = keys.TryReadKey(key, out var scope, out var suffix);
        var head = suffix.Split(':')[0];
        switch (isScope ? UserScope.TryGetUser(scope!, out _) ? $"user {head}" : head : "directory")
        {
            case "" or "user " when field.Length > 0:
                Note(IsInRoom(field, value) ? Remaining : Others, key, field);
                break;
            case "m" or "v" or "scheduled":
                AddMessage(key, field, value);
                break;
            case "members":
                var isNamed = !MemberText.TryRead(field, value, out var member, out _) || (member.Ban?.By == user.Id || member.Mute?.By == user.Id || member.Invitation?.By == user.Id);
                Note(field == user.Id || isNamed ? Remaining : Others, key, field);
                break;
            case "read" or "rates":
                Note(field == user.Id ? Remaining : Others, key, field);
                break;
            case "r":
                Note(field.EndsWith($":{user.Id}", StringComparison.Ordinal) && StrictNumber.TryRead(field.AsSpan(0, field.Length - user.Id.Length - 1), out _) ? Remaining : Others, key, field);
                break;
            case "pins":
                Note(!PinKeys.TryRead(Encoding.UTF8.GetBytes(value), out _, out var by) || by == user.Id ? Remaining : Others, key, field);
                break;
            case "threads":
                Note(value.Split('\n').Skip(1).Any(IsParticipant) ? Remaining : Others, key, field);
                break;
            case "changed" or "user changed":
                Note(ErasureLog.Names(field, user) ? Remaining : Others, key, field);
                break;
            case "sent":
                Note(field.StartsWith($"{user.Id}\n", StringComparison.Ordinal) ? Remaining : Others, key, field);
                break;
            case "mentions":
                Note(MentionIndex.IsBy(field, user.Id) ? Remaining : Others, key, field);
                break;
            case "here":
                Note($"\n{field}\n".Contains($"\n{user.Id}\n", StringComparison.Ordinal) ? Remaining : Others, key, field);
                break;
            case "directory":
                Note(DueEntry.TryRead(field, out var due) && due.User == user.Id ? Remaining : Others, key, field);
                break;
            case "writing" or "attachments" or "expires" or "thawed" or "import" or "gone" or "key":
            case "user rooms" or "user drafts" or "user key":
                Note(Others, key, field);
                break;
            default:
                Note(Remaining, key, field);
                break;
        }
    }

    /// <summary>The same for a message, an earlier version, or a scheduled message.</summary>
    public void AddMessage(string key, string id, string value)
    {
        if (!user.IsIn(id) && !user.IsIn(value))
        {
            return;
        }

        var bytes = Encoding.UTF8.GetBytes(value);
        var (author, mentions) = ErasureJson.Names(bytes, user.Id);
        if (author is null || author == user.Id || mentions)
        {
            Note(Remaining, key, id);
        }
        else if (MessageJson.TryRead(1, bytes, out var message) ? user.IsIn(message.Text) || value.Length > message.Text.Length + author.Length + 40 : user.IsIn(value))
        {
            Note(Others, key, id);
        }
    }

    /// <summary>Adds a place that names the user.</summary>
    public void AddRemaining(string key, string? field) => Note(Remaining, key, field);

    /// <summary>Adds a place that does not name the user.</summary>
    public void AddOther(string key, string? field) => Note(Others, key, field);

    /// <summary>Whether a field of a room's own hash names the user: as one who is erased, or who has begun to delete the room. All others hold numbers, states, or text for everyone.</summary>
    private bool IsInRoom(string field, string value) => field switch
    {
        "erasing" => value.Split('\n').Contains(user.Id),
        DeletionMark.Field => DeletionJson.ReadDetails(Encoding.UTF8.GetBytes(value[(value.IndexOf(' ', StringComparison.Ordinal) + 1)..])).User == user.Id,
        _ => false,
    };

    /// <summary>Whether a line of a thread's summary, <c>reply user</c>, is the user's.</summary>
    private bool IsParticipant(string line) => line.IndexOf(' ', StringComparison.Ordinal) is > 0 and var space && line[(space + 1)..] == user.Id;

    private static void Note(List<ErasureTrace> traces, string key, string? field)
    {
        if (traces.Count < MostTraces && new ErasureTrace(key, field) is var trace && !traces.Contains(trace))
        {
            traces.Add(trace);
        }
    }
}
