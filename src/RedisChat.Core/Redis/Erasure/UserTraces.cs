using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>What some keys of a room were found to hold about a user.</summary>
/// <param name="Epoch">The room's epoch.</param>
/// <param name="Uses">The features that it uses.</param>
/// <param name="WasMarked">Whether it refused the user's writes before.</param>
/// <param name="All">What was found.</param>
internal sealed record UserTraces(string Epoch, string Uses, bool WasMarked, IReadOnlyList<UserTrace> All)
{
    // Each call examines about as many entries, which takes a few ms.
    private const int EntriesAtOnce = 20_000;

    // One step makes no more calls.
    private const int CallsAtOnce = 20;

    // What one step deals with, about.
    private const int MostTraces = 500;

    // More keys than this are searched by several calls.
    private const int KeysAtOnce = 500;

    private static readonly RedisScript Script = new("user_find.lua");

    /// <summary>Whether the room is being imported: it is not marked, and nothing may be changed in it.</summary>
    public bool IsBeingImported { get; init; }

    /// <summary>The server's time in microseconds.</summary>
    public long Now { get; init; }

    /// <summary>Where the search continues; <see langword="null"/> if this was the rest.</summary>
    public RoomCursor? Next { get; init; }

    /// <summary>Where the messages that mention the user are searched: after everything else.</summary>
    public RoomCursor Mentions { get; init; }

    /// <summary>Whether the room's messages may be in the archive.</summary>
    public bool IsArchived => ArchivedField.IsIn(Uses);

    public IEnumerable<UserTrace> Of(char kind) => All.Where(trace => trace.Kind == kind);

    /// <summary>Searches a room's keys, until there is enough for a step. If there are no keys to search, only the room's state is read.</summary>
    /// <param name="database">The database.</param>
    /// <param name="keys">Names the keys.</param>
    /// <param name="user">The user.</param>
    /// <param name="room">The room and its keys.</param>
    /// <param name="from">Where to begin.</param>
    /// <param name="marks">Whether to mark the room: see <c>user_find.lua</c>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static async Task<UserTraces> FindAsync(IDatabase database, KeyNames keys, ErasedUser user, FoundRoom room, RoomCursor from, string marks, CancellationToken cancellationToken)
    {
        // The list of the user's messages is found first, because they go first; the mentions come last, because a step that cannot deal with all of them is followed by one that begins with them.
        var places = room.Places.Distinct(StringComparer.Ordinal)
            .Select(key => (Key: key, Suffix: keys.TryReadKey(key, out _, out var suffix) ? suffix : ""))
            .Select(place => (place.Key, place.Suffix, Kind: UserPlaces.Of(place.Suffix, user)))
            .Where(place => place.Kind != '\0')
            .OrderBy(place => place.Kind == UserPlaces.List ? 0 : place.Kind == UserPlaces.MentionsOfUser ? 2 : 1).ToList();
        var mentions = new RoomCursor(RoomCursor.Keys, places.Count(place => place.Kind != UserPlaces.MentionsOfUser));
        var (found, result, at) = (new List<UserTrace>(), new UserTraces("", "", false, []), from);
        for (var call = 0; call < CallsAtOnce && found.Count < MostTraces; call++)
        {
            var some = places.GetRange((int)Math.Min(at.At, places.Count), (int)Math.Clamp(places.Count - at.At, 0, KeysAtOnce));
            var answer = await Script.AskAsync(
                database, some.Count + 1,
                [
                    (RedisKey)keys.Room(room.Room), .. some.Select(place => (RedisKeyOrValue)(RedisKey)place.Key),
                    (RedisValue)user.Id, (RedisValue)user.Json, (RedisValue)user.Glob, (RedisValue)user.Word, (RedisValue)marks, (RedisValue)EntriesAtOnce, (RedisValue)2, (RedisValue)at.In,
                    .. some.Select(place => (RedisKeyOrValue)(RedisValue)place.Kind.ToString()),
                ],
                cancellationToken).ConfigureAwait(false);
            var index = (int)answer[0];
            at = index == 0 ? new RoomCursor(RoomCursor.Keys, at.At + some.Count) : new RoomCursor(RoomCursor.Keys, at.At + index - 2, (string)answer[1]!);
            result = new UserTraces(answer[2]!, answer[3]!, result.WasMarked || answer[4] == "1", found)
            {
                IsBeingImported = answer[5] == "1",
                Now = (long)answer[6],
                Mentions = mentions,
                Next = at.At < places.Count ? at : null,
            };
            for (var i = 7; i + 2 < answer.Length; i += 3)
            {
                var place = some[(int)answer[i] - 2];
                found.Add(new UserTrace(place.Kind, place.Key, place.Suffix, answer[i + 1], answer[i + 2]));
            }

            if (result.Next is null)
            {
                break;
            }
        }

        return result;
    }
}
