using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Searches all keys of a room, or of another scope, for a user's id: their names, and whatever they hold.</summary>
/// <param name="keys">Names the keys.</param>
/// <param name="user">The user.</param>
internal sealed class UserSearching(KeyNames keys, ErasedUser user)
{
    private const int KeysAtOnce = 200;

    // Bytes that one call examines: a few ms.
    private const int BytesAtOnce = 1024 * 1024;

    // What one report lists.
    private const int MostTraces = 1000;

    private static readonly RedisScript Script = new("user_search.lua");

    private readonly List<ErasureTrace> _remaining = [];
    private readonly List<ErasureTrace> _others = [];

    public async ValueTask<ErasureFindings> RunAsync(IDatabase database, FoundRoom room, CancellationToken cancellationToken)
    {
        var places = room.Places.Distinct(StringComparer.Ordinal).ToList();
        var isNameNoted = false;
        foreach (var key in places)
        {
            var suffix = SuffixOf(key);
            if (suffix.Length > 0 && UserPlaces.Of(suffix, user) is UserPlaces.List or UserPlaces.MentionsOfUser or UserPlaces.ScheduledByUser)
            {
                Note(_remaining, key, null);
            }
            else if (UserScope.TryGetUser(room.Room, out var owner) && owner == user.Id)
            {
                Note(_remaining, key, null);
            }
            else if (!isNameNoted && user.IsIn(key[..^suffix.Length]))
            {
                isNameNoted = true;
                Note(_others, key, null);
            }
        }

        foreach (var some in places.Where(key => SuffixOf(key) != "sealed").Chunk(KeysAtOnce))
        {
            await SearchAsync(database, some, cancellationToken).ConfigureAwait(false);
        }

        if (places.Find(key => SuffixOf(key) == "sealed") is { } packed)
        {
            await foreach (var field in database.HashScanAsync(packed, pageSize: 20, flags: CommandFlags.DemandMaster).WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                SearchSealed(packed, field);
            }
        }

        return new ErasureFindings { Searched = places.Count, Remaining = _remaining, TextOfOthers = _others };
    }

    private async Task SearchAsync(IDatabase database, string[] some, CancellationToken cancellationToken)
    {
        await foreach (var (key, field, value) in FindAsync(database, some, cancellationToken).ConfigureAwait(false))
        {
            Judge(key, field, value);
        }
    }

    /// <summary>The places in some keys, all of one slot, that contain the id in any form, as a part of a word or a whole one.</summary>
    public async IAsyncEnumerable<(string Key, string Field, string Value)> FindAsync(IDatabase database, string[] some, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (index, cursor) = ((RedisValue)1, (RedisValue)"0");
        do
        {
            var answer = await Script.AskAsync(
                database, some.Length,
                [
                    .. some.Select(key => (RedisKeyOrValue)(RedisKey)key),
                    (RedisValue)user.Id, (RedisValue)user.Json, (RedisValue)user.Word, (RedisValue)BytesAtOnce, index, cursor,
                ],
                cancellationToken).ConfigureAwait(false);
            (index, cursor) = (answer[0], answer[1]);
            for (var i = 2; i + 2 < answer.Length; i += 3)
            {
                yield return (some[(int)answer[i] - 1], answer[i + 1]!, answer[i + 2]!);
            }
        }
        while (index != "0");
    }

    private void SearchSealed(string key, HashEntry field)
    {
        using var bucket = long.TryParse((string?)field.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? SealedBucket.TryOpen(number, ((ReadOnlyMemory<byte>)field.Value).Span) : null;
        for (var id = number * Buckets.Size; bucket is not null && id < (number + 1) * Buckets.Size; id++)
        {
            if (bucket.TryGet(id, out var value) && Encoding.UTF8.GetString(value.Span) is var text && user.IsIn(text))
            {
                JudgeMessage(key, id.ToString(CultureInfo.InvariantCulture), text);
            }
        }
    }

    /// <summary>Decides whether a place names the user, or has text of others in which the id occurs.</summary>
    private void Judge(string key, string field, string value)
    {
        if (!user.IsIn(field) && !user.IsIn(value))
        {
            return;
        }

        var suffix = SuffixOf(key);
        var head = suffix.Split(':')[0];
        switch (keys.TryReadKey(key, out var scope, out _) ? UserScope.TryGetUser(scope, out _) ? $"user {head}" : head : "directory")
        {
            case "m" or "v" or "scheduled":
                JudgeMessage(key, field, value);
                break;
            case "members":
                var isNamed = !MemberText.TryRead(field, value, out var member, out _) || (member.Ban?.By == user.Id || member.Mute?.By == user.Id || member.Invitation?.By == user.Id);
                Note(field == user.Id || isNamed ? _remaining : _others, key, field);
                break;
            case "read" or "rates":
                Note(field == user.Id ? _remaining : _others, key, field);
                break;
            case "r":
                Note(field.EndsWith($":{user.Id}", StringComparison.Ordinal) && StrictNumber.TryRead(field.AsSpan(0, field.Length - user.Id.Length - 1), out _) ? _remaining : _others, key, field);
                break;
            case "pins":
                Note(!PinKeys.TryRead(Encoding.UTF8.GetBytes(value), out _, out var by) || by == user.Id ? _remaining : _others, key, field);
                break;
            case "threads":
                Note($"{value}\n".Contains($" {user.Id}\n", StringComparison.Ordinal) ? _remaining : _others, key, field);
                break;
            case "changed" or "user changed":
                Note(ErasureLog.Names(field, user) ? _remaining : _others, key, field);
                break;
            case "sent":
                Note(field.StartsWith($"{user.Id}\n", StringComparison.Ordinal) ? _remaining : _others, key, field);
                break;
            case "mentions":
                Note(field.EndsWith($":{user.Id}", StringComparison.Ordinal) ? _remaining : _others, key, field);
                break;
            case "here":
                Note($"\n{field}\n".Contains($"\n{user.Id}\n", StringComparison.Ordinal) ? _remaining : _others, key, field);
                break;
            case "directory":
                Note(DueEntry.TryRead(field, out var due) && due.User == user.Id ? _remaining : _others, key, field);
                break;
            case "" when field == "about":
            case "writing":
            case "user rooms" or "user drafts":
                Note(_others, key, field);
                break;
            default:
                Note(_remaining, key, field);
                break;
        }
    }

    private void JudgeMessage(string key, string id, string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        var (author, mentions) = ErasureJson.Names(bytes, user.Id);
        if (author is null || author == user.Id || mentions)
        {
            Note(_remaining, key, id);
        }
        else if (MessageJson.TryRead(1, bytes, out var message) ? user.IsIn(message.Text) || value.Length > message.Text.Length + author.Length + 40 : user.IsIn(value))
        {
            Note(_others, key, id);
        }
    }

    private string SuffixOf(string key) => keys.TryReadKey(key, out _, out var suffix) ? suffix : "";

    private static void Note(List<ErasureTrace> traces, string key, string? field)
    {
        if (traces.Count < MostTraces)
        {
            traces.Add(new ErasureTrace(key, field));
        }
    }
}
