using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>What a room was found to hold about a user.</summary>
/// <param name="Epoch">The room's epoch.</param>
/// <param name="Uses">The features that it uses.</param>
/// <param name="WasMarked">Whether it refused the user's writes before.</param>
/// <param name="All">What was found.</param>
/// <param name="IsComplete">Whether that is all. If not, the rest is found once this is gone.</param>
internal sealed record UserTraces(string Epoch, string Uses, bool WasMarked, IReadOnlyList<UserTrace> All, bool IsComplete)
{
    // Each call examines about as many entries, which takes a few ms.
    private const int EntriesAtOnce = 20_000;

    // What one step deals with.
    private const int MostTraces = 500;

    // More keys than this are searched by several calls.
    private const int KeysAtOnce = 500;

    private static readonly RedisScript Script = new("user_find.lua");

    /// <summary>Whether the room is being imported: it is not marked, and nothing may be changed in it.</summary>
    public bool IsBeingImported { get; init; }

    /// <summary>The server's time in microseconds.</summary>
    public long Now { get; init; }

    /// <summary>Whether the room's messages may be in the archive.</summary>
    public bool IsArchived => ArchivedField.IsIn(Uses);

    public IEnumerable<UserTrace> Of(char kind) => All.Where(trace => trace.Kind == kind);

    /// <summary>Searches a room's keys.</summary>
    /// <param name="database">The database.</param>
    /// <param name="keys">Names the keys.</param>
    /// <param name="user">The user.</param>
    /// <param name="room">The room and its keys.</param>
    /// <param name="marks">Whether to mark the room: see <c>user_find.lua</c>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <param name="isBounded">Whether to stop once there is enough for a step.</param>
    public static async Task<UserTraces> FindAsync(IDatabase database, KeyNames keys, ErasedUser user, FoundRoom room, string marks, CancellationToken cancellationToken, bool isBounded = true)
    {
        var (found, result) = (new List<UserTrace>(), new UserTraces("", "", false, [], true));
        var places = room.Places.Distinct(StringComparer.Ordinal)
            .Select(key => (Key: key, Suffix: keys.TryReadKey(key, out _, out var suffix) ? suffix : ""))
            .Select(place => (place.Key, place.Suffix, Kind: UserPlaces.Of(place.Suffix, user)))
            .Where(place => place.Kind != '\0').ToList();
        // Without any key, the room itself may still be marked.
        foreach (var some in places.Count == 0 ? [[]] : places.Chunk(KeysAtOnce))
        {
            var (index, cursor) = ((RedisValue)2, (RedisValue)"0");
            do
            {
                var answer = await Script.AskAsync(
                    database, some.Length + 1,
                    [
                        (RedisKey)keys.Room(room.Room), .. some.Select(place => (RedisKeyOrValue)(RedisKey)place.Key),
                        (RedisValue)user.Id, (RedisValue)user.Json, (RedisValue)user.Glob, (RedisValue)user.Word, (RedisValue)marks, (RedisValue)EntriesAtOnce, index, cursor,
                        .. some.Select(place => (RedisKeyOrValue)(RedisValue)place.Kind.ToString()),
                    ],
                    cancellationToken).ConfigureAwait(false);
                (index, cursor) = (answer[0], answer[1]);
                result = new UserTraces(answer[2]!, answer[3]!, result.WasMarked || answer[4] == "1", found, true) { IsBeingImported = answer[5] == "1", Now = (long)answer[6] };
                for (var i = 7; i + 2 < answer.Length; i += 3)
                {
                    var place = some[(int)answer[i] - 2];
                    found.Add(new UserTrace(place.Kind, place.Key, place.Suffix, answer[i + 1], answer[i + 2]));
                }

                if (isBounded && found.Count >= MostTraces)
                {
                    return result with { IsComplete = false };
                }
            }
            while (index != "0");
        }

        return result;
    }
}
