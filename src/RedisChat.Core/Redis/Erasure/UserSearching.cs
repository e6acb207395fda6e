using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Searches all keys of a room, or of another scope, for a user's id: their names, and whatever they hold, encrypted or not; and what the archive has of the room.</summary>
/// <param name="context">The shared parts of the store.</param>
/// <param name="user">The user.</param>
internal sealed class UserSearching(RedisStoreContext context, ErasedUser user)
{
    private const int KeysAtOnce = 200;

    // Bytes that one call examines: a few ms.
    private const int BytesAtOnce = 1024 * 1024;

    // What one report lists.
    private const int MostTraces = 1000;

    // What is read of an archive at once.
    private const int BucketsAtOnce = 16;

    private static readonly RedisScript Script = new("user_search.lua");

    private readonly KeyNames _keys = context.Keys;
    private readonly List<ErasureTrace> _remaining = [];
    private readonly List<ErasureTrace> _others = [];

    // The features of the room, if it has an archive or is encrypted.
    private string _uses = "";

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
                if (long.TryParse((string?)field.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                {
                    await SearchSealedAsync(packed, room.Room, number, field.Value, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        await SearchEncryptedAsync(database, room.Room, places, cancellationToken).ConfigureAwait(false);
        if (ArchivedField.IsIn(_uses))
        {
            await SearchArchiveAsync(database, room.Room, cancellationToken).ConfigureAwait(false);
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

    private async ValueTask SearchSealedAsync(string key, string room, long number, RedisValue content, CancellationToken cancellationToken)
    {
        using var bucket = await EncryptedBuckets.TryOpenAsync(context, room, number, content, cancellationToken).ConfigureAwait(false);
        if (bucket is null && SealedBucket.KeyIn(((ReadOnlyMemory<byte>)content).Span) is not null)
        {
            // If its key is lost, nobody can read it.
            Note(_others, key, string.Create(CultureInfo.InvariantCulture, $"bucket {number}"));
        }

        for (var id = number * Buckets.Size; bucket is not null && id < (number + 1) * Buckets.Size; id++)
        {
            if (bucket.TryGet(id, out var value) && Encoding.UTF8.GetString(value.Span) is var text && user.IsIn(text))
            {
                JudgeMessage(key, id.ToString(CultureInfo.InvariantCulture), text);
            }
        }
    }

    /// <summary>Searches the encrypted values of open buckets, of versions, of what is scheduled, and of drafts. What is plain in them was searched before.</summary>
    private async Task SearchEncryptedAsync(IDatabase database, string scope, List<string> places, CancellationToken cancellationToken)
    {
        var isRoom = _uses.Contains(RoomCiphers.Letter, StringComparison.Ordinal);
        if (isRoom)
        {
            ErasableRooms.ThrowIfNoKeys(context, scope);
        }

        var isUser = context.Ciphers is not null && UserScope.TryGetUser(scope, out _);
        foreach (var key in places.Where(key => SuffixOf(key).Split(':')[0] is var head && ((isRoom && head is "m" or "v" or "scheduled") || (isUser && head == "drafts"))))
        {
            var fields = database.HashScanAsync(key, pageSize: 100, flags: CommandFlags.DemandMaster);
            await foreach (var field in fields.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                var (name, value) = ((string)field.Name!, (ReadOnlyMemory<byte>)field.Value);
                if (EncryptedJson.KeyIn(value.Span) is null || PlaceOf(SuffixOf(key), name, value) is not { } place)
                {
                    continue;
                }

                var plain = await EncryptedFields.TryOpenAsync(context, scope, place, field.Value, cancellationToken).ConfigureAwait(false);
                if (!plain.IsNull && user.IsIn((string)plain!))
                {
                    Judge(key, name, (string)plain!);
                }
            }
        }
    }

    private BoxPlace? PlaceOf(string suffix, string field, ReadOnlyMemory<byte> value) => suffix.Split(':')[0] switch
    {
        "m" when StrictNumber.TryRead(field, out var id) => BoxPlace.Message(id),
        "v" when VersionKeys.TryRead(field, out var id, out var version) => BoxPlace.Version(id, version),
        "scheduled" when ErasureJson.Names(value.Span, user.Id).Author is { } author => BoxPlace.Scheduled(author, field),
        "drafts" => BoxPlace.Draft(field),
        _ => null,
    };

    /// <summary>Searches everything that the archive has of the room, also copies that do not count because Redis has the bucket, and whom it names as authors.</summary>
    private async Task SearchArchiveAsync(IDatabase database, string room, CancellationToken cancellationToken)
    {
        var archive = context.Cold.Archive;
        archive.Require();
        var place = $"archive of {room}";
        var (epoch, below) = await ErasableRooms.ReadBorderAsync(context, database, room, cancellationToken).ConfigureAwait(false);
        for (var first = 0L; first < below; first += BucketsAtOnce)
        {
            var numbers = Enumerable.Range(0, (int)Math.Min(BucketsAtOnce, below - first)).Select(n => first + n).ToList();
            foreach (var bucket in (await archive.ReadCopiesAsync(room, epoch, numbers, cancellationToken).ConfigureAwait(false)).OfType<ArchivedBucket>().Where(bucket => !bucket.Content.IsEmpty))
            {
                await SearchSealedAsync(place, room, bucket.Number, bucket.Content, cancellationToken).ConfigureAwait(false);
            }
        }

        if (below > 0)
        {
            foreach (var number in await archive.FindAsync(room, epoch, user.Id, 0, below - 1, descending: false, MostTraces, cancellationToken).ConfigureAwait(false))
            {
                Note(_remaining, place, string.Create(CultureInfo.InvariantCulture, $"bucket {number}"));
            }
        }
    }

    /// <summary>Decides whether a place names the user, or has text of others in which the id occurs.</summary>
    private void Judge(string key, string field, string value)
    {
        var suffix = SuffixOf(key);
        if (field == "uses" && suffix.Length == 0)
        {
            _uses = value;
        }

        if (!user.IsIn(field) && !user.IsIn(value))
        {
            return;
        }

        var head = suffix.Split(':')[0];
        switch (_keys.TryReadKey(key, out var scope, out _) ? UserScope.TryGetUser(scope, out _) ? $"user {head}" : head : "directory")
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

    private string SuffixOf(string key) => _keys.TryReadKey(key, out _, out var suffix) ? suffix : "";

    private static void Note(List<ErasureTrace> traces, string key, string? field)
    {
        if (traces.Count < MostTraces && new ErasureTrace(key, field) is var trace && !traces.Contains(trace))
        {
            traces.Add(trace);
        }
    }
}
