using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Builds the calls of the presence's scripts, and reads their answers.</summary>
internal static class PresenceCall
{
    // Entries of dead processes that one call removes: a few milliseconds.
    private const int MostRemoved = 200;

    private static readonly RedisScript Update = new("presence_update.lua");
    private static readonly RedisScript List = new("presence_list.lua");
    private static readonly RedisScript Publish = new("typing_publish.lua");

    /// <summary>Only removes the users of dead processes.</summary>
    public static readonly PresenceUpdate Removal = new() { Process = "", Expiry = TimeSpan.Zero };

    /// <summary>Runs an update.</summary>
    /// <param name="database">Where to run it.</param>
    /// <param name="keys">Names the keys.</param>
    /// <param name="publish">The command that publishes.</param>
    /// <param name="room">The room.</param>
    /// <param name="update">The update.</param>
    /// <param name="hasRules">Whether the room is known to have rules. If it is not, has some, and users enter, the script reports that and does nothing.</param>
    public static ValueTask<RespResult> UpdateAsync(
        IDatabase database, KeyNames keys, string publish, string room, PresenceUpdate update, bool hasRules)
    {
        const int Arguments = 8;
        var isThread = ThreadId.IsThread(room);
        var count = isThread ? 7 : hasRules ? 6 : 5;
        var words = new RedisKeyOrValue[RedisScript.HeadWords + count + Arguments + update.Entering.Count + update.Leaving.Count];
        var next = RedisScript.HeadWords;
        words[next++] = (RedisKey)keys.Room(room);
        words[next++] = (RedisKey)keys.Here(room);
        words[next++] = (RedisKey)keys.HereUsers(room);
        words[next++] = (RedisKey)keys.HereProcesses(room);
        words[next++] = (RedisKey)keys.Live(room);
        if (hasRules || isThread)
        {
            words[next++] = (RedisKey)keys.RuledMembers(room);
        }

        if (isThread)
        {
            words[next++] = (RedisKey)keys.Rules(room);
        }

        words[next++] = (RedisValue)publish;
        words[next++] = (RedisValue)update.Process;
        words[next++] = (RedisValue)update.Changes;
        words[next++] = (RedisValue)(long)update.Expiry.TotalMilliseconds;
        words[next++] = (RedisValue)update.CoalesceAbove;
        words[next++] = (RedisValue)(long)update.CoalesceInterval.TotalMilliseconds;
        words[next++] = (RedisValue)MostRemoved;
        words[next++] = (RedisValue)update.Entering.Count;
        foreach (var user in update.Entering)
        {
            words[next++] = (RedisValue)user;
        }

        foreach (var user in update.Leaving)
        {
            words[next++] = (RedisValue)user;
        }

        return Update.RunAsync(database, words, count, CommandFlags.DemandMaster);
    }

    /// <summary>Reads the answer of <see cref="UpdateAsync"/>.</summary>
    public static PresenceReply ReadUpdate(RespResult answer)
    {
        var reader = answer.Read();
        var refusals = (reader.AggregateLength() - 5) / 3;
        reader.MoveNext();
        var outcome = reader.ReadInt64();
        reader.MoveNext();
        var isHere = reader.ReadInt64() == 1;
        reader.MoveNext();
        var hasDead = reader.ReadInt64() == 1;
        reader.MoveNext();
        var due = TimeSpan.FromMilliseconds(reader.ReadInt64());
        reader.MoveNext();
        var uses = reader.ReadString() ?? "";
        var refused = refusals == 0 ? null : new Dictionary<string, ChatForbiddenException>(refusals, StringComparer.Ordinal);
        for (var i = 0; i < refusals; i++)
        {
            reader.MoveNext();
            var user = reader.ReadString()!;
            reader.MoveNext();
            var wait = long.Parse(reader.ReadString()!, CultureInfo.InvariantCulture);
            reader.MoveNext();
            refused![user] = RuleRefusal.Error(reader.ReadString()!, wait, RoomRights.Read);
        }

        return new PresenceReply(outcome == 1, isHere, hasDead, due) { IsUnguarded = outcome == 2, Uses = uses, Refused = refused };
    }

    public static ValueTask<RespResult> ListAsync(IDatabase database, KeyNames keys, string room, string? cursor, int limit)
    {
        RedisKeyOrValue[] words =
        [
            default(RedisKeyOrValue), default(RedisKeyOrValue), (RedisKey)keys.Here(room), (RedisKey)keys.HereUsers(room), (RedisValue)(cursor ?? ""), (RedisValue)limit,
        ];
        return List.RunAsync(database, words, keys: 2, CommandFlags.DemandMaster);
    }

    /// <summary>Reads the answer of <see cref="ListAsync"/>, and whether there are dead processes.</summary>
    public static (PresentUsers Users, bool HasDead) ReadList(RespResult answer)
    {
        var reader = answer.Read();
        var users = new string[reader.AggregateLength() - 3];
        reader.MoveNext();
        var count = reader.ReadInt64();
        reader.MoveNext();
        var hasDead = reader.ReadInt64() == 1;
        reader.MoveNext();
        var cursor = reader.ReadString();
        for (var i = 0; i < users.Length; i++)
        {
            reader.MoveNext();
            users[i] = reader.ReadString()!;
        }

        return (new PresentUsers { Users = users, Count = count, Cursor = cursor is "" or null ? null : cursor }, hasDead);
    }

    public static ValueTask<RespResult> TypingAsync(
        IDatabase database, KeyNames keys, string publish, string room, string user, TimeSpan duration, bool hasRules)
    {
        RedisKeyOrValue[] members = hasRules || ThreadId.IsThread(room) ? [(RedisKey)keys.RuledMembers(room)] : [];
        RedisKeyOrValue[] words =
        [
            default(RedisKeyOrValue), default(RedisKeyOrValue), (RedisKey)keys.Live(room), (RedisKey)keys.Rules(room), .. members, (RedisValue)publish,
            (RedisValue)string.Create(CultureInfo.InvariantCulture, $"T {(long)duration.TotalMilliseconds}\n{user}"), (RedisValue)user,
        ];
        return Publish.RunAsync(database, words, keys: 2 + members.Length, CommandFlags.DemandMaster);
    }

    /// <summary>Reads the answer of <see cref="TypingAsync"/>: <see langword="null"/> if it was published, or the features that the room uses.</summary>
    /// <exception cref="ChatForbiddenException">The rules refuse it.</exception>
    public static string? ReadTyping(RespResult answer)
    {
        var reader = answer.Read();
        reader.MoveNext();
        var outcome = reader.ReadInt64();
        reader.MoveNext();
        var wait = reader.ReadInt64();
        reader.MoveNext();
        var text = reader.ReadString() ?? "";
        return outcome == 1 ? null : outcome == 3 ? text : throw RuleRefusal.Error(text, wait, RoomRights.Send);
    }
}
