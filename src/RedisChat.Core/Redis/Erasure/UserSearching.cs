using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Searches the keys of a room, or of another scope, for a user's id, step by step: their names, and whatever they hold, encrypted or not; and what the archive has of the room.</summary>
/// <param name="context">The shared parts of the store.</param>
/// <param name="user">The user.</param>
internal sealed class UserSearching(RedisStoreContext context, ErasedUser user)
{
    private const int KeysAtOnce = 200;

    // Bytes that one call examines: a few ms.
    private const int BytesAtOnce = 1024 * 1024;

    // Bytes that one step examines: tens of ms. Keys and calls count as some, and a sealed byte as several, because it is unpacked.
    private const int BytesInStep = 8 * BytesAtOnce;
    private const int CostOfKey = 200;
    private const int CostOfCall = 64 * 1024;
    private const int CostOfSealed = 4;

    // What is read at once: of sealed buckets, which may be small or large, of encrypted values, and of an archive.
    private const int MostSealedAtOnce = 32;
    private const int SealedBytesAtOnce = 256 * 1024;
    private const int FieldsAtOnce = 100;
    private const int BucketsAtOnce = 16;

    // What one report lists of the archive.
    private const int MostBuckets = 1000;

    private static readonly RedisScript Script = new("user_search.lua");

    private readonly KeyNames _keys = context.Keys;
    private readonly FoundTraces _found = new(context.Keys, user);

    // Whether the room has an archive or is encrypted: letters of features.
    private string _uses = "";
    private long _left = BytesInStep;
    private int _sealedAtOnce = 2;
    private List<string>? _open;

    /// <summary>Takes a step.</summary>
    /// <param name="database">The database.</param>
    /// <param name="room">The room, with some or all of its keys. The archive is searched along with the room's own hash.</param>
    /// <param name="cursor">Where to continue; <see langword="null"/> to begin.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async ValueTask<SearchedStep> StepAsync(IDatabase database, FoundRoom room, string? cursor, CancellationToken cancellationToken)
    {
        var places = room.Places.Distinct(StringComparer.Ordinal).ToList();
        if (cursor is null)
        {
            _found.AddNames(room.Room, places);
        }

        RoomCursor? next = RoomCursor.Read(cursor);
        _uses = next.Value.Uses;
        while (next is { } at && _left > 0)
        {
            next = at.Stage switch
            {
                RoomCursor.Keys => await SearchKeysAsync(database, room.Room, places, at, cancellationToken).ConfigureAwait(false),
                RoomCursor.Sealed => await SearchSealedAsync(database, room.Room, places, at, cancellationToken).ConfigureAwait(false),
                RoomCursor.Encrypted => await SearchEncryptedAsync(database, room.Room, places, at, cancellationToken).ConfigureAwait(false),
                RoomCursor.Archive => await SearchArchiveAsync(database, room.Room, at, cancellationToken).ConfigureAwait(false),
                _ => await SearchAuthorsAsync(database, room.Room, cancellationToken).ConfigureAwait(false),
            };
        }

        var findings = new ErasureFindings { Searched = cursor is null ? places.Count : 0, Remaining = _found.Remaining, TextOfOthers = _found.Others };
        return new SearchedStep(findings, next is { } rest ? (rest with { Uses = _uses }).ToString() : null);
    }

    /// <summary>The places in some keys, all of one slot, that contain the id in any form, as a part of a word or a whole one.</summary>
    public async IAsyncEnumerable<(string Key, string Field, string Value)> FindAsync(IDatabase database, string[] some, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (index, cursor) = (1, "0");
        do
        {
            (index, cursor, _, var found) = await AskAsync(database, some, index, cursor, cancellationToken).ConfigureAwait(false);
            foreach (var place in found)
            {
                yield return place;
            }
        }
        while (index != 0);
    }

    /// <summary>One call of the script. Returns the index of the key to continue with, from 1 on, 0 if there is nothing left; the cursor in it; and how many bytes were examined.</summary>
    private async Task<(int Index, string Cursor, long Examined, List<(string Key, string Field, string Value)> Found)> AskAsync(
        IDatabase database, string[] some, int index, string cursor, CancellationToken cancellationToken)
    {
        var answer = await Script.AskAsync(
            database, some.Length,
            [
                .. some.Select(key => (RedisKeyOrValue)(RedisKey)key),
                (RedisValue)user.Id, (RedisValue)user.Json, (RedisValue)user.Word, (RedisValue)BytesAtOnce, (RedisValue)index, (RedisValue)cursor,
            ],
            cancellationToken).ConfigureAwait(false);
        var found = new List<(string Key, string Field, string Value)>();
        for (var i = 3; i + 2 < answer.Length; i += 3)
        {
            found.Add((some[(int)answer[i] - 1], answer[i + 1]!, answer[i + 2]!));
        }

        return ((int)answer[0], answer[1]!, (long)answer[2], found);
    }

    /// <summary>Searches the next keys inside the server.</summary>
    private async ValueTask<RoomCursor?> SearchKeysAsync(IDatabase database, string room, List<string> places, RoomCursor at, CancellationToken cancellationToken)
    {
        _open ??= places.FindAll(key => SuffixOf(key) != "sealed");
        var some = _open.Skip((int)Math.Min(at.At, _open.Count)).Take(KeysAtOnce).ToArray();
        if (some.Length > 0)
        {
            var (index, cursor, examined, found) = await AskAsync(database, some, 1, at.In, cancellationToken).ConfigureAwait(false);
            foreach (var (key, field, value) in found)
            {
                if (field == "uses" && SuffixOf(key).Length == 0)
                {
                    _uses = LettersOf(value);
                }

                _found.Add(key, field, value);
            }

            _left -= examined + ((index == 0 ? some.Length : index) * CostOfKey);
            if (index > 0)
            {
                return new RoomCursor(RoomCursor.Keys, at.At + index - 1, cursor);
            }
        }

        if (at.At + some.Length < _open.Count)
        {
            return new RoomCursor(RoomCursor.Keys, at.At + some.Length);
        }

        if (!places.Exists(key => SuffixOf(key).Length == 0) && !UserScope.TryGetUser(room, out _) && places.Exists(IsEncryptable))
        {
            // The room's own hash is dealt with elsewhere.
            _uses = LettersOf(await database.HashGetAsync(_keys.Room(room), "uses", CommandFlags.DemandMaster).UntilAsync(cancellationToken).ConfigureAwait(false)).Replace($"{ArchivedField.Letter}", "", StringComparison.Ordinal);
        }

        return new RoomCursor(RoomCursor.Sealed);
    }

    /// <summary>Searches the next sealed buckets.</summary>
    private async ValueTask<RoomCursor?> SearchSealedAsync(IDatabase database, string room, List<string> places, RoomCursor at, CancellationToken cancellationToken)
    {
        if (places.Find(key => SuffixOf(key) == "sealed") is not { } packed)
        {
            return new RoomCursor(RoomCursor.Encrypted);
        }

        var (next, fields) = await ScanAsync(database, packed, at.In, _sealedAtOnce, CostOfSealed, cancellationToken).ConfigureAwait(false);
        _sealedAtOnce = fields.Sum(field => field.Value.Length()) < SealedBytesAtOnce / 2 ? Math.Min(2 * _sealedAtOnce, MostSealedAtOnce) : Math.Max(_sealedAtOnce / 2, 1);
        foreach (var field in fields)
        {
            if (StrictNumber.TryRead((string?)field.Name, out var number))
            {
                await SearchBucketAsync(packed, room, number, field.Value, cancellationToken).ConfigureAwait(false);
            }
        }

        return next == "0" ? new RoomCursor(RoomCursor.Encrypted) : new RoomCursor(RoomCursor.Sealed, 0, next);
    }

    private async ValueTask SearchBucketAsync(string key, string room, long number, RedisValue content, CancellationToken cancellationToken)
    {
        using var bucket = await EncryptedBuckets.OpenAsync(context, room, number, content, cancellationToken).ConfigureAwait(false);
        if (bucket is null && SealedBucket.KeyIn(((ReadOnlyMemory<byte>)content).Span) is not null)
        {
            // Its key was deleted, so nobody can read it.
            _found.AddOther(key, string.Create(CultureInfo.InvariantCulture, $"bucket {number}"));
        }

        for (var id = number * Buckets.Size; bucket is not null && id < (number + 1) * Buckets.Size; id++)
        {
            if (bucket.TryGet(id, out var value))
            {
                _found.AddMessage(key, id.ToString(CultureInfo.InvariantCulture), Encoding.UTF8.GetString(value.Span));
            }
        }
    }

    /// <summary>Searches the next encrypted values of open buckets, of versions, of what is scheduled, and of drafts. What is plain in them was searched before.</summary>
    private async ValueTask<RoomCursor?> SearchEncryptedAsync(IDatabase database, string scope, List<string> places, RoomCursor at, CancellationToken cancellationToken)
    {
        var isRoom = _uses.Contains(RoomCiphers.Letter, StringComparison.Ordinal);
        if (isRoom)
        {
            ErasableRooms.ThrowIfNoKeys(context, scope);
        }

        var isUser = context.Ciphers is not null && UserScope.TryGetUser(scope, out _);
        var index = places.FindIndex((int)Math.Min(at.At, places.Count), key => SuffixOf(key) == "drafts" ? isUser : isRoom && IsEncryptable(key));
        if (index < 0)
        {
            return ArchivedField.IsIn(_uses) ? new RoomCursor(RoomCursor.Archive) : null;
        }

        var key = places[index];
        var (next, fields) = await ScanAsync(database, key, index == at.At ? at.In : "0", FieldsAtOnce, 1, cancellationToken).ConfigureAwait(false);
        foreach (var field in fields)
        {
            var (name, value) = ((string)field.Name!, (ReadOnlyMemory<byte>)field.Value);
            if (EncryptedJson.KeyIn(value.Span) is null || PlaceOf(SuffixOf(key), name, value) is not { } place)
            {
                continue;
            }

            var plain = await EncryptedFields.TryOpenAsync(context, scope, place, field.Value, cancellationToken).ConfigureAwait(false);
            if (!plain.IsNull)
            {
                _found.Add(key, name, (string)plain!);
            }
        }

        return next == "0" ? new RoomCursor(RoomCursor.Encrypted, index + 1) : new RoomCursor(RoomCursor.Encrypted, index, next);
    }

    private BoxPlace? PlaceOf(string suffix, string field, ReadOnlyMemory<byte> value) => suffix.Split(':')[0] switch
    {
        "m" when StrictNumber.TryRead(field, out var id) => BoxPlace.Message(id),
        "v" when VersionKeys.TryRead(field, out var id, out var version) => BoxPlace.Version(id, version),
        "scheduled" when ErasureJson.Names(value.Span, user.Id).Author is { } author => BoxPlace.Scheduled(author, field),
        "drafts" => BoxPlace.Draft(field),
        _ => null,
    };

    /// <summary>Searches the next buckets that the archive has of the room, also copies that do not count because Redis has the bucket. An archive may be slow, so they are a step.</summary>
    private async ValueTask<RoomCursor?> SearchArchiveAsync(IDatabase database, string room, RoomCursor at, CancellationToken cancellationToken)
    {
        var archive = context.Cold.Archive;
        archive.Require();
        var (epoch, below, first) = await ErasableRooms.ReadBorderAsync(context, database, room, cancellationToken).ConfigureAwait(false);
        var numbers = Enumerable.Range(0, (int)Math.Clamp(below - at.At, 0, BucketsAtOnce)).Select(n => at.At + n).ToList();
        if (numbers.Count == 0)
        {
            return below > 0 ? new RoomCursor(RoomCursor.Authors) : null;
        }

        _left = 0;
        var copies = await archive.ReadCopiesAsync(room, epoch, numbers, cancellationToken).ConfigureAwait(false);
        if (Enumerable.Range(0, numbers.Count).FirstOrDefault(n => numbers[n] >= first && copies.ElementAtOrDefault(n) is null, -1) is var lacking and >= 0)
        {
            // Unless the room was trimmed or deleted since, what it cannot search is unknown.
            return await ErasableRooms.ReadBorderAsync(context, database, room, cancellationToken).ConfigureAwait(false) == (epoch, below, first)
                ? throw ArchiveCalls.Lacks(numbers[lacking])
                : at;
        }

        foreach (var bucket in copies.OfType<ArchivedBucket>().Where(bucket => !bucket.Content.IsEmpty))
        {
            await SearchBucketAsync(ArchiveOf(room), room, bucket.Number, bucket.Content, cancellationToken).ConfigureAwait(false);
        }

        return new RoomCursor(RoomCursor.Archive, at.At + numbers.Count);
    }

    /// <summary>Searches the authors that the archive names.</summary>
    private async ValueTask<RoomCursor?> SearchAuthorsAsync(IDatabase database, string room, CancellationToken cancellationToken)
    {
        var (epoch, below, _) = await ErasableRooms.ReadBorderAsync(context, database, room, cancellationToken).ConfigureAwait(false);
        foreach (var number in below == 0 ? [] : await context.Cold.Archive.FindAsync(room, epoch, user.Id, 0, below - 1, descending: false, MostBuckets, cancellationToken).ConfigureAwait(false))
        {
            _found.AddRemaining(ArchiveOf(room), string.Create(CultureInfo.InvariantCulture, $"bucket {number}"));
        }

        return null;
    }

    /// <summary>The next fields of a hash.</summary>
    private async ValueTask<(string Next, HashEntry[] Fields)> ScanAsync(IDatabase database, string key, string cursor, int count, int cost, CancellationToken cancellationToken)
    {
        var answer = (RedisResult[])(await database.ExecuteAsync("HSCAN", [(RedisKey)key, cursor, "COUNT", count], CommandFlags.DemandMaster).UntilAsync(cancellationToken).ConfigureAwait(false))!;
        HashEntry[] fields = [.. ((RedisValue[])answer[1]!).Chunk(2).Select(pair => new HashEntry(pair[0], pair[1]))];
        _left -= CostOfCall + (cost * fields.Sum(field => field.Value.Length()));
        return ((string)answer[0]!, fields);
    }

    private bool IsEncryptable(string key) => SuffixOf(key).Split(':')[0] is "m" or "v" or "scheduled";

    private string SuffixOf(string key) => _keys.TryReadKey(key, out _, out var suffix) ? suffix : "";

    private static string ArchiveOf(string room) => $"archive of {room}";

    private static string LettersOf(string? uses) => string.Concat((uses ?? "").Where(letter => letter is RoomCiphers.Letter or ArchivedField.Letter).Distinct());
}
