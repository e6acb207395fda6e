using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// One change of a room, composed for <c>room_change</c>: its conditions, its writes, and the event that it publishes. The script adds the revision, the
/// entry of the change log and the event's header. A change of several subjects has several events: see <see cref="Event"/>. Build a new one for each attempt.
/// </summary>
/// <remarks>
/// <code>
/// new RoomChange(keys, room, 'e', id, RoomPermit.Of(user, RoomRights.ChangeOwn))
///     .Expect(bucket, id, valueThatWasRead)
///     .Line(head, tail)            // the event's next line, with the revision between head and tail
///     .Keep(bucket, id)            // also stored
/// </code>
/// </remarks>
internal sealed class RoomChange
{
    private static readonly RedisScript Script = new("room_change.lua");

    private readonly List<RedisKey> _keys;
    private readonly List<RedisValue> _conditions = [];
    private readonly List<RedisValue> _effects = [];
    private readonly RedisValue _kind;
    private readonly RedisValue _subject;
    private readonly string _members;
    private readonly string? _above;
    private RedisValue _revision = RedisValue.EmptyString;
    private RedisValue _logged = RedisValue.EmptyString;
    private readonly string _dataKeys;
    private IReadOnlyList<string> _readers = [];
    private readonly bool _isUser;
    private string _unused = "";
    private string? _acts;

    /// <summary>Starts a change.</summary>
    /// <param name="keys">Names the keys.</param>
    /// <param name="room">The room.</param>
    /// <param name="kind">The lower-case letter of its entries in the change log and of its events.</param>
    /// <param name="subject">What changes, such as the id of a message. Must not contain a space, a colon or a line break.</param>
    /// <param name="permit">Who makes the change, and the right that it takes.</param>
    public RoomChange(KeyNames keys, string room, char kind, RedisValue subject, RoomPermit permit)
    {
        _keys = [keys.Room(room), keys.Changed(room), keys.Live(room)];
        _members = keys.RuledMembers(room);
        _above = ThreadId.IsThread(room) ? keys.Rules(room) : null;
        _dataKeys = keys.DataKeys(room);
        _isUser = UserScope.TryGetUser(room, out _);
        _kind = kind.ToString();
        _subject = subject;
        Permit = permit;
    }

    /// <summary>Who makes the change, and the right that it takes.</summary>
    public RoomPermit Permit { get; }

    /// <summary>The error message for the caller if a <see cref="Tally"/> has no room for another name, or a hash has too many fields: see <see cref="Fewer"/>.</summary>
    public string? WhenFull { get; private set; }

    /// <summary>Says that the change writes values that were encrypted, if they were. It is made only if their key is the present one.</summary>
    public RoomChange Encrypted(RoomCipher? cipher)
    {
        Cipher = cipher;
        return cipher is null || _isUser ? this : Mark(RoomCiphers.Letter);
    }

    /// <summary>Encrypts what the change writes; <see langword="null"/> to write it as it is.</summary>
    public RoomCipher? Cipher { get; private set; }

    /// <summary>Creates the room if it does not exist. Must come before all conditions.</summary>
    public RoomChange Create()
    {
        _conditions.AddRange(["create", RoomPosition.NewEpoch().ToString("x", CultureInfo.InvariantCulture)]);
        return this;
    }

    /// <summary>A condition: the field has exactly this value, or with <see cref="RedisValue.Null"/>, the field does not exist.</summary>
    public RoomChange Expect(string hash, RedisValue field, RedisValue present)
    {
        _conditions.AddRange(present.IsNull ? ["absent", Index(hash), field] : ["expect", Index(hash), field, present]);
        return this;
    }

    /// <summary>A condition: the field exists, with any value.</summary>
    public RoomChange ExpectAny(string hash, RedisValue field)
    {
        _conditions.AddRange(["exists", Index(hash), field]);
        return this;
    }

    /// <summary>A condition: the field has this value, of which only a digest is sent.</summary>
    public RoomChange ExpectSame(string hash, RedisValue field, ReadOnlySpan<byte> present)
    {
        _conditions.AddRange(["digest", Index(hash), field, FieldDigest.Of(present)]);
        return this;
    }

    /// <summary>A condition: all of these messages of a bucket exist, and were sent at these times, in µs. So they are the messages that were read.</summary>
    public RoomChange Stamped(string bucket, IReadOnlyCollection<(long Id, long Stamp)> messages)
    {
        _conditions.AddRange(["stamped", Index(bucket), messages.Count]);
        foreach (var (id, stamp) in messages)
        {
            _conditions.AddRange([id, stamp]);
        }

        return this;
    }

    /// <summary>A condition: these fields of a bucket have values with these digests.</summary>
    public RoomChange ExpectSame(string bucket, IReadOnlyCollection<(long Id, string Digest)> messages)
    {
        _conditions.AddRange(["digests", Index(bucket), messages.Count]);
        foreach (var (id, digest) in messages)
        {
            _conditions.AddRange([id, digest]);
        }

        return this;
    }

    /// <summary>A condition: the room does not use a feature.</summary>
    public RoomChange Unused(char feature)
    {
        _unused += feature;
        _conditions.AddRange(["unused", feature.ToString()]);
        return this;
    }

    /// <summary>Whether the change is made only if the room does not use a feature: see <see cref="Unused"/>.</summary>
    public bool IsUnused(char feature) => _unused.Contains(feature, StringComparison.Ordinal);

    /// <summary>Names the actor of a change whose rights were decided on beforehand: a user who is being erased is refused. Does nothing for the application.</summary>
    public RoomChange Acts(Actor by)
    {
        _acts = by.UserId;
        return this;
    }

    /// <summary>Requires these users to have the right to read, if the rules are checked: see <see cref="Permit"/>.</summary>
    public RoomChange Readers(IReadOnlyList<string> users)
    {
        _readers = users;
        return this;
    }

    /// <summary>Adds a member with the score 0 to a sorted set.</summary>
    public RoomChange Enter(string set, RedisValue member) => Add("enter", AddKey(set), member);

    /// <summary>Removes members of a sorted set, as far as they are there.</summary>
    public RoomChange Leave(string set, IReadOnlyCollection<string> members) => Add("leave", AddKey(set), members.Count).Add([.. members.Select(member => (RedisValue)member)]);

    /// <summary>Sets a field.</summary>
    public RoomChange Set(string hash, RedisValue field, RedisValue value) => Add("set", Index(hash), field, value);

    /// <summary>Deletes a field, if it exists. Deletions come first, so they succeed when memory is full.</summary>
    public RoomChange Delete(string hash, RedisValue field) => Add("delete", Index(hash), field);

    /// <summary>Deletes several fields of a hash by one command.</summary>
    public RoomChange Remove(string hash, IReadOnlyCollection<RedisValue> fields) => Add("remove", Index(hash), fields.Count).Add([.. fields]);

    /// <summary>Sets a user's read marker to the room's last message.</summary>
    public RoomChange Seen(string hash, RedisValue user) => Add("seen", Index(hash), user);

    /// <summary>Adds to a counter, which starts at 0.</summary>
    public RoomChange Increment(string hash, RedisValue field, long by) => Add("increment", Index(hash), field, by);

    /// <summary>
    /// Adds to named counts in one field: <c>revision name count name count …</c>. The counts become the event's next line and a line of the reply. A field
    /// without counts is deleted.
    /// </summary>
    /// <param name="hash">The hash.</param>
    /// <param name="field">The field.</param>
    /// <param name="most">The largest number of names.</param>
    /// <param name="whenFull">The error message if there would be more.</param>
    /// <param name="deltas">The amount to add to each name. Names must not contain a space or a line break.</param>
    public RoomChange Tally(string hash, RedisValue field, int most, string whenFull, params ReadOnlySpan<(string Name, long By)> deltas)
    {
        WhenFull = whenFull;
        Add("tally", Index(hash), field, most, deltas.Length);
        foreach (var (name, by) in deltas)
        {
            Add(name, by);
        }

        return this;
    }

    /// <summary>Requires the hash to have fewer fields than this, once all conditions hold. Must come before the effect that adds one.</summary>
    /// <param name="hash">The hash.</param>
    /// <param name="most">The number of fields that the hash must not have yet.</param>
    /// <param name="whenFull">The error message if it has.</param>
    public RoomChange Fewer(string hash, int most, string whenFull)
    {
        WhenFull = whenFull;
        return Add("fewer", Index(hash), most);
    }

    /// <summary>Deletes a field, and all fields that begin with its name and a colon, if the room uses the feature: see <see cref="Mark"/>.</summary>
    public RoomChange Clear(char feature, string hash, RedisValue field) => Add("clear", feature.ToString(), Index(hash), field);

    /// <summary>The same as <see cref="Clear"/> for several names, in one pass over the hash. No name may contain a colon.</summary>
    public RoomChange Sweep(char feature, string hash, IReadOnlyCollection<RedisValue> names) =>
        Add("sweep", feature.ToString(), Index(hash), names.Count).Add([.. names]);

    /// <summary>Notes that a bucket is empty after this, if it is, and if no message can be added to it.</summary>
    /// <param name="gone">The string with a bit for each bucket.</param>
    /// <param name="bucket">The bucket's hash.</param>
    /// <param name="number">Its number.</param>
    /// <param name="count">The number of messages that are deleted from it; 0 if it was sealed and is empty now.</param>
    public RoomChange Vacate(string gone, string bucket, long number, int count) => Add("vacate", Index(gone), Index(bucket), number, count);

    /// <summary>Removes ids from the beginning of a list of ids, unless that is too small a part of a long list to be worth copying the rest.</summary>
    /// <param name="list">The list.</param>
    /// <param name="below">All ids below this are removed.</param>
    public RoomChange Cut(string list, long below) => Add("cut", AddKey(list), below);

    /// <summary>Sets fields to <c>x</c>, those that exist, if the room uses the feature.</summary>
    public RoomChange Close(char feature, string hash, IReadOnlyCollection<RedisValue> fields) =>
        Add("close", feature.ToString(), Index(hash), fields.Count).Add([.. fields]);

    /// <summary>Sets a field, if the room uses the feature: see <see cref="Mark"/>.</summary>
    public RoomChange Put(char feature, string hash, RedisValue field, RedisValue value) => Add("put", feature.ToString(), Index(hash), field, value);

    /// <summary>Renews the summary of a thread from which replies are deleted. The number of replies deleted before must be among the conditions.</summary>
    /// <param name="log">The change log of the room that the thread belongs to.</param>
    /// <param name="live">The channel of that room.</param>
    /// <param name="threads">The summaries of that room.</param>
    /// <param name="messageId">The message that the thread belongs to.</param>
    /// <param name="deleted">How many replies are deleted.</param>
    /// <param name="floor">The last reply when the thread was read.</param>
    /// <param name="left">The newest replies that are left, newest first, as far as they matter: one of each author.</param>
    public RoomChange Summary(string log, string live, string threads, long messageId, int deleted, long floor, IReadOnlyList<Message> left)
    {
        Add("summary", Index(log), Index(live), Index(threads), messageId, deleted, left.Count == 0 ? 0 : Micros.FromTime(left[0].Timestamp), left.Count, floor);
        foreach (var reply in left)
        {
            Add(reply.Id, reply.User);
        }

        return this;
    }

    /// <summary>Whether the room that this one belongs to, if it is a thread, may be one that is being deleted. Its rules are not checked then.</summary>
    public bool IgnoresParent { get; init; }

    /// <summary>Records in the room that it uses a feature.</summary>
    public RoomChange Mark(char feature) => Add("mark", feature.ToString());

    /// <summary>
    /// Begins another event, for another subject: what is added from here on, except conditions, belongs to it. It takes the next revision, and an entry of the change log of its own. All
    /// events of a change happen in one step.
    /// </summary>
    /// <param name="kind">The lower-case letter of its entry in the change log and of the event.</param>
    /// <param name="subject">What changes. Must not contain a space, a colon or a line break.</param>
    public RoomChange Event(char kind, RedisValue subject) => Add("event", kind.ToString(), subject);

    /// <summary>Adds a line to the event, with the revision between head and tail.</summary>
    public RoomChange Line(RedisValue head, RedisValue tail) => Add("line", head, tail);

    /// <summary>Adds a line to the event.</summary>
    public RoomChange Line(RedisValue line) => Add("text", line);

    /// <summary>Sets a field to the event's last line.</summary>
    public RoomChange Keep(string hash, RedisValue field) => Add("keep", Index(hash), field);

    /// <summary>Adds to the entry in the change log: <c>revision:kind:subject:more</c>.</summary>
    public RoomChange Log(string more)
    {
        _logged = ":" + more;
        return this;
    }

    /// <summary>Requires the revision that a value already contains: see <see cref="RoomState.Revision"/>.</summary>
    public RoomChange At(long revision)
    {
        _revision = revision;
        return this;
    }

    /// <summary>Runs the change. The caller reads the answer with <see cref="RoomChangeReply.Read"/> and disposes it.</summary>
    /// <param name="database">Where to run it.</param>
    /// <param name="publish">The command that publishes.</param>
    /// <param name="logLength">The number of entries that the change log keeps.</param>
    /// <param name="hasRules">Whether the room is known to have rules. If it is not, and has some, the script reports that and does nothing.</param>
    public ValueTask<RespResult> RunAsync(IDatabase database, string publish, int logLength, bool hasRules)
    {
        var isThread = _above is not null && !IgnoresParent;
        var isGuarded = Permit.IsGuarded(hasRules || isThread);
        RedisKeyOrValue[] above = isThread ? [(RedisValue)"of", (RedisValue)Index(_above!)] : [];
        RedisKeyOrValue[] cipher = Cipher is null ? [] : [(RedisValue)"cipher", (RedisValue)Index(_dataKeys), (RedisValue)Cipher.Keys.CurrentName];
        RedisKeyOrValue[] permit = isGuarded
            ? [(RedisValue)"may", (RedisValue)Index(_members), (RedisValue)Permit.Actor.UserId, (RedisValue)Permit.Letter, (RedisValue)(Permit.Speaks ? "1" : "0")]
            : [];
        if (isGuarded && _readers.Count > 0)
        {
            permit = [.. permit, (RedisValue)"readers", (RedisValue)_readers.Count, .. _readers.Select(user => (RedisKeyOrValue)(RedisValue)user)];
        }

        if (!isGuarded && _acts is not null)
        {
            permit = [(RedisValue)"acts", (RedisValue)_acts];
        }

        RedisKeyOrValue[] words =
        [
            default(RedisKeyOrValue), default(RedisKeyOrValue),
            .. _keys.Select(key => (RedisKeyOrValue)key),
            (RedisValue)publish, (RedisValue)logLength, _revision, _kind, _subject, _logged, TraceWord(),
            (RedisValue)(isGuarded ? "guarded" : Permit.Actor.IsApplication ? "application" : "user"), .. above, .. cipher, .. permit,
            .. _conditions.Select(word => (RedisKeyOrValue)word), .. _effects.Select(word => (RedisKeyOrValue)word),
        ];
        return Script.RunAsync(database, words, _keys.Count, CommandFlags.DemandMaster);
    }

    /// <summary>The trace that the change belongs to, as the last word of the event's first line; empty if it is not recorded.</summary>
    private static RedisValue TraceWord() =>
        ChatTelemetry.PresentTrace() is { } trace ? " ~" + trace : RedisValue.EmptyString;

    private RedisValue Index(RedisKey hash)
    {
        var index = _keys.IndexOf(hash);
        if (index < 0)
        {
            return AddKey(hash);
        }

        return index + 1;
    }

    // Not searched for: a bulk deletion may name thousands of sets, each once.
    private RedisValue AddKey(RedisKey key)
    {
        _keys.Add(key);
        return _keys.Count;
    }

    private RoomChange Add(params ReadOnlySpan<RedisValue> words)
    {
        _effects.AddRange(words);
        return this;
    }
}
