using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Reads an overview of rooms: one command for each, all in one pipeline.</summary>
internal sealed class RoomInfoReader(KeyNames keys)
{
    private static readonly RedisValue[] Fields = ["epoch", "last", "at", AboutJson.Field, RuleText.Field, "members", "deleted"];

    /// <summary>Reads rooms.</summary>
    /// <param name="database">The database.</param>
    /// <param name="rooms">Their ids.</param>
    /// <param name="whenUnreadable">What to return for a room that cannot be read; if <see langword="null"/>, that is an error.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<IReadOnlyList<RoomInfo>> ReadAsync(
        IDatabase database, IReadOnlyList<string> rooms, Func<string, ChatDataException, RoomInfo>? whenUnreadable, CancellationToken cancellationToken)
    {
        var asked = new Task<RedisValue[]>[rooms.Count];
        for (var i = 0; i < asked.Length; i++)
        {
            asked[i] = database.HashGetAsync(keys.Room(rooms[i]), Fields, CommandFlags.DemandMaster);
        }

        await Task.WhenAll(asked).UntilAsync(cancellationToken).ConfigureAwait(false);
        var found = new RoomInfo[rooms.Count];
        for (var i = 0; i < found.Length; i++)
        {
            var fields = await asked[i].ConfigureAwait(false);
            try
            {
                found[i] = Read(rooms[i], fields);
            }
            catch (ChatDataException e) when (whenUnreadable is not null)
            {
                found[i] = whenUnreadable(rooms[i], e);
            }
        }

        return found;
    }

    private RoomInfo Read(string room, RedisValue[] fields)
    {
        if (fields[0].IsNull || fields[0] == RoomCounters.BeingDeleted)
        {
            return new RoomInfo { Id = room, IsBeingDeleted = !fields[0].IsNull };
        }

        var last = Number(room, fields, 1);
        var at = Number(room, fields, 2);
        var rules = RuleSet.Open;
        if (!fields[4].IsNull && !RuleText.TryRead(fields[4], out rules, out _))
        {
            throw RedisMembers.UnreadableRules(keys, room);
        }

        return new RoomInfo
        {
            Id = room,
            Exists = true,
            About = AboutJson.Read(keys, room, fields[3]),
            Rules = rules,
            LastMessageId = last,
            LastMessageAt = at == 0 ? null : Micros.ToTime(at),
            Messages = Math.Max(last - Number(room, fields, 6), 0),
            Members = Number(room, fields, 5),
        };
    }

    private long Number(string room, RedisValue[] fields, int field) =>
        fields[field].IsNull ? 0
        : StrictNumber.TryRead(((ReadOnlyMemory<byte>)fields[field]).Span, out var number) ? number
        : throw new ChatDataException(
            $"Field {Fields[field]} of the hash '{keys.Room(room)}' is not what the chat writes there. Another program may be using the same key prefix.")
        {
            Key = keys.Room(room),
            Field = Fields[field],
        };
}
