using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Reads what rooms know of users. Callers that ask about users of one room at the same time share a call.</summary>
internal sealed class MemberReads
{
    private static readonly RedisScript Script = new("members_read.lua");

    private readonly RedisStoreContext _context;
    private readonly GroupedReads<string, string, Answer> _reads;

    public MemberReads(RedisStoreContext context)
    {
        _context = context;
        _reads = new(async (room, users) =>
        {
            string[] all = [.. users];
            var values = await ReadAsync(room, all, CancellationToken.None).ConfigureAwait(false);
            return new(values, all.Select((user, index) => (user, index)).ToDictionary(known => known.user, known => known.index, StringComparer.Ordinal));
        });
    }

    /// <summary>Reads about one user.</summary>
    /// <returns>The answer of <c>members_read</c>, as if it had been asked about this user alone.</returns>
    public async ValueTask<RedisValue[]> ReadAsync(string room, string user, CancellationToken cancellationToken)
    {
        var (values, users) = await _reads.ReadAsync(room, user, cancellationToken).ConfigureAwait(false);
        return [values[0], values[1], values[2], values[3 + users[user]]];
    }

    /// <summary>Reads about several users, in a call of its own.</summary>
    /// <returns>The answer of <c>members_read</c>.</returns>
    public ValueTask<RedisValue[]> ReadAsync(string room, string[] users, CancellationToken cancellationToken) => _context.Calls.RunAsync(
        (Reads: this, Room: room, Users: users),
        static async (database, call, token) => await call.Reads.ReadAsync(database, call.Room, call.Users, token).ConfigureAwait(false),
        cancellationToken);

    /// <inheritdoc cref="ReadAsync(string, string[], CancellationToken)"/>
    public async Task<RedisValue[]> ReadAsync(IDatabase database, string room, string[] users, CancellationToken cancellationToken)
    {
        RedisKeyOrValue[] words =
        [
            default(RedisKeyOrValue), default(RedisKeyOrValue), (RedisKey)_context.Keys.Room(room), (RedisKey)_context.Keys.Members(room),
            .. users.Select(user => (RedisKeyOrValue)(RedisValue)user),
        ];
        using var answer = await Script.RunAsync(database, words, 2, CommandFlags.DemandMaster).AsTask().UntilAsync(cancellationToken).ConfigureAwait(false);
        var reader = answer.Read();
        var values = new RedisValue[reader.AggregateLength()];
        for (var i = 0; i < values.Length; i++)
        {
            reader.MoveNext();
            values[i] = reader.IsNull ? RedisValue.Null : reader.ReadByteArray();
        }

        return values;
    }

    /// <summary>An answer, and where in it each user is.</summary>
    private readonly record struct Answer(RedisValue[] Values, Dictionary<string, int> Users);
}
