using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Reads a room of the classic layout as a whole, from the first message to the last. <see cref="ClassicReader"/> asks for the authors of each page; this reads the users' hashes once for millions of messages, and keeps four
/// bytes for each id.
/// </summary>
/// <param name="calls">Runs the calls.</param>
/// <param name="keys">Names the keys.</param>
/// <param name="room">The room.</param>
internal sealed class ClassicHistory(TransferCalls calls, ClassicKeyScheme keys, string room)
{
    private const int UsersAtOnce = 64;

    private static readonly RedisValue[] Fields = ["content", "timestamp"];

    private readonly List<string> _users = [];
    private long _from;
    private int[] _authors = [];

    /// <summary>The longest part whose authors are in memory, which is 16 MiB.</summary>
    public int IdsAtOnce { get; init; } = 4 * 1024 * 1024;

    /// <summary>The last id that was assigned; <see langword="null"/> if the counter does not exist.</summary>
    /// <exception cref="ChatDataException">It is not a number.</exception>
    public async Task<long?> ReadLastAsync(CancellationToken cancellationToken)
    {
        var counter = await calls.ReadAsync(database => database.StringGetAsync(keys.Counter(room), CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false);
        return counter.IsNull ? null
            : StrictNumber.TryRead(((ReadOnlyMemory<byte>)counter).Span, out var last) ? last
            : throw new ChatDataException($"The key '{keys.Counter(room)}' does not hold a number.") { Key = keys.Counter(room) };
    }

    /// <summary>Reads the list of users.</summary>
    /// <exception cref="ChatDataException">Its key has another type.</exception>
    public async Task LoadUsersAsync(CancellationToken cancellationToken)
    {
        // A scan may return a user twice.
        var users = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var field in calls.FieldsAsync(keys.Room(room), cancellationToken).ConfigureAwait(false))
        {
            // The key that "messages" would produce is the counter's. That of a number is a message's, but its fields are numbers, and those of the message are not.
            if ((string)field.Name! is not ("" or "messages") and var user)
            {
                users.Add(user);
            }
        }

        _users.AddRange(users);
    }

    /// <summary>The messages with consecutive ids, without their authors.</summary>
    public Task<ClassicRecord[]> ReadAsync(long first, int count, CancellationToken cancellationToken) => calls.ReadAsync(
        async database =>
        {
            var asked = new Task<RedisValue[]>[count];
            for (var i = 0; i < count; i++)
            {
                asked[i] = database.HashGetAsync(keys.Message(room, first + i), Fields, CommandFlags.DemandMaster).Observed();
            }

            var records = new ClassicRecord[count];
            for (var i = 0; i < count; i++)
            {
                try
                {
                    var values = await asked[i].ConfigureAwait(false);
                    records[i] = new ClassicRecord(values[0], values[1], IsForeign: false);
                }
                catch (RedisServerException e) when (e.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal))
                {
                    records[i] = new ClassicRecord(RedisValue.Null, RedisValue.Null, IsForeign: true);
                }
            }

            return records;
        },
        cancellationToken);

    /// <summary>Reads the authors of consecutive messages, unless they are in memory, and of as many after them as fit.</summary>
    /// <param name="first">The first message.</param>
    /// <param name="count">The number of messages.</param>
    /// <param name="last">The last message of the room.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task LoadAuthorsAsync(long first, int count, long last, CancellationToken cancellationToken)
    {
        if (first >= _from && first + count <= _from + _authors.Length)
        {
            return;
        }

        _from = first;
        _authors = new int[Math.Min(IdsAtOnce, last - first + 1)];
        foreach (var some in Enumerable.Range(0, _users.Count).Chunk(UsersAtOnce))
        {
            await Task.WhenAll(some.Select(user => LoadAuthorAsync(user, cancellationToken))).ConfigureAwait(false);
        }
    }

    /// <summary>The author of a message; empty if the layout does not say. <see cref="LoadAuthorsAsync"/> comes first.</summary>
    public string AuthorOf(long id) => _authors[id - _from] is > 0 and var number ? _users[number - 1] : "";

    private async Task LoadAuthorAsync(int user, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var field in calls.FieldsAsync(keys.HashOf(room, _users[user]), cancellationToken).ConfigureAwait(false))
            {
                if (StrictNumber.TryRead(((ReadOnlyMemory<byte>)field.Name).Span, out var id) && id >= _from && id - _from < _authors.Length)
                {
                    Claim(ref _authors[id - _from], user + 1);
                }
            }
        }
        catch (ChatDataException)
        {
            // A key of another type: the messages of this user are without an author.
        }
    }

    // If two users have the same id, the first in the order of their names is taken in each pass.
    private static void Claim(ref int place, int number)
    {
        for (var now = Volatile.Read(ref place); now == 0 || number < now;)
        {
            var before = Interlocked.CompareExchange(ref place, number, now);
            if (before == now)
            {
                return;
            }

            now = before;
        }
    }
}

/// <summary>What the classic layout has under an id.</summary>
/// <param name="Content">The text, if there is one.</param>
/// <param name="Timestamp">The time, if there is one.</param>
/// <param name="IsForeign">Whether the key has another type.</param>
internal readonly record struct ClassicRecord(RedisValue Content, RedisValue Timestamp, bool IsForeign);
