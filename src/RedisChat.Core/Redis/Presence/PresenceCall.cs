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

    public static ValueTask<RespResult> UpdateAsync(IDatabase database, KeyNames keys, string publish, string room, PresenceUpdate update)
    {
        const int Keys = 5;
        const int Arguments = 8;
        var words = new RedisKeyOrValue[RedisScript.HeadWords + Keys + Arguments + update.Entering.Count + update.Leaving.Count];
        var next = RedisScript.HeadWords;
        words[next++] = (RedisKey)keys.Room(room);
        words[next++] = (RedisKey)keys.Here(room);
        words[next++] = (RedisKey)keys.HereUsers(room);
        words[next++] = (RedisKey)keys.HereProcesses(room);
        words[next++] = (RedisKey)keys.Live(room);
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

        return Update.RunAsync(database, words, Keys, CommandFlags.DemandMaster);
    }

    /// <summary>Reads the answer of <see cref="UpdateAsync"/>.</summary>
    public static PresenceReply ReadUpdate(RespResult answer)
    {
        var reader = answer.Read();
        reader.MoveNext();
        var isAccepted = reader.ReadInt64() == 1;
        reader.MoveNext();
        var isHere = reader.ReadInt64() == 1;
        reader.MoveNext();
        var hasDead = reader.ReadInt64() == 1;
        reader.MoveNext();
        return new PresenceReply(isAccepted, isHere, hasDead, TimeSpan.FromMilliseconds(reader.ReadInt64()));
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

    public static ValueTask<RespResult> TypingAsync(IDatabase database, KeyNames keys, string publish, string room, string user, TimeSpan duration)
    {
        RedisKeyOrValue[] words =
        [
            default(RedisKeyOrValue), default(RedisKeyOrValue), (RedisKey)keys.Live(room), (RedisValue)publish,
            (RedisValue)string.Create(CultureInfo.InvariantCulture, $"T {(long)duration.TotalMilliseconds}\n{user}"),
        ];
        return Publish.RunAsync(database, words, keys: 1, CommandFlags.DemandMaster);
    }
}
