using System.Text;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Hostile;

/// <summary>Puts values under a room's keys that no chat would write.</summary>
internal sealed class RoomSpoiler(IConnectionMultiplexer connection, string prefix, string room, Random random)
{
    // A high but plausible id takes seconds with each read: it has its own test.
    private static readonly string[] WrongIds = [.. Hostile.Numbers.Where(number => number != $"{ChatLimits.MaxMessageId}")];

    private readonly IDatabase _redis = connection.GetDatabase();
    private readonly List<string> _did = [];

    /// <summary>Spoils one to three things. Returns a description.</summary>
    public string Spoil()
    {
        for (var things = random.Next(1, 4); things > 0; things--)
        {
            Action spoil = random.OneOf<Action>(
                SpoilType, SpoilType, SpoilCounter, SpoilCounter, SpoilCounter, SpoilMessage, SpoilMessage, SpoilMessage, SpoilUser, SpoilLog, SpoilReceipt, SpoilSealed);
            spoil();
        }

        return string.Join("; ", _did);
    }

    private void Did(string what) => _did.Add(what);

    private string Key(string part) => $"{prefix}:{{{room}}}{part}";

    private string SentKey() =>
        connection.GetServers()[0].Keys(pattern: $"{prefix}*:sent:*").Select(key => key.ToString()).FirstOrDefault() ?? Key(":sent:1");

    private void SpoilType()
    {
        var key = random.OneOf(Key(""), Key(":m:0"), Key(":m:1"), Key(":u:alice"), Key(":changed"), Key(":sealed"), SentKey());
        _redis.KeyDelete(key);
        var type = random.Next(7);
        switch (type)
        {
            case 0: _redis.StringSet(key, random.Bytes(40)); break;
            case 1: _redis.ListLeftPush(key, random.Bytes(40)); break;
            case 2: _redis.SetAdd(key, random.Bytes(40)); break;
            case 3: _redis.SortedSetAdd(key, random.Bytes(40), random.NextDouble() * long.MaxValue); break;
            case 4: _redis.HashSet(key, random.Bytes(10), random.Bytes(40)); break;
            case 5: _redis.StreamAdd(key, "field", "value"); break;
            default: break;
        }

        Did($"{key} := type {type}");
    }

    private void SpoilCounter()
    {
        var field = random.OneOf("epoch", "last", "at", "rev", "sealed");
        if (random.Next(6) == 0)
        {
            Did($"{field} removed");
            TryIgnoringType(() => _redis.HashDelete(Key(""), field));
            return;
        }

        var value = random.Next(8) == 0 ? random.Bytes(20) : Encoding.UTF8.GetBytes(field == "last" ? random.OneOf(WrongIds) : random.Number());
        Did($"{field} := {Encoding.Latin1.GetString(value)}");
        TryIgnoringType(() => _redis.HashSet(Key(""), field, value));
    }

    private void SpoilMessage()
    {
        var id = random.Next(1, 140);
        var key = Key($":m:{id / 128}");
        byte[] real = [];
        TryIgnoringType(() => real = (byte[]?)_redis.HashGet(key, id) ?? []);
        var value = random.Next(6) switch
        {
            0 => random.Bytes(200),
            1 => Encoding.UTF8.GetBytes($$$"""{"t":{{{random.Number()}}},"u":"alice","c":"x"}"""),
            2 => Encoding.UTF8.GetBytes($$$"""{"t":1,"u":"alice","c":"x","v":{{{random.OneOf("2147483647", "2147483646", "0", "-1", "1.0", "1e1", "99999999999")}}},"e":{{{random.Number()}}}}"""),
            3 => Encoding.UTF8.GetBytes($$$"""{"t":1,"u":"alice","c":"x","z":{{{new string('[', random.Next(100))}}}{{{new string(']', random.Next(100))}}}}"""),
            4 => [.. Encoding.UTF8.GetBytes("{\"t\":1,\"u\":\"alice\",\"c\":\"x\",\""), .. random.Mutated("\\ud800\":\"\\udc00"u8.ToArray()), .. "\"}"u8],
            _ => random.Mutated(real.Length > 0 ? real : "{\"t\":1,\"u\":\"alice\",\"c\":\"x\",\"m\":{\"a\":\"b\"}}"u8.ToArray()),
        };
        Did($"message {id} := {Encoding.Latin1.GetString(value)}");
        TryIgnoringType(() => _redis.HashSet(key, id, value));
    }

    private void SpoilSealed()
    {
        byte[] real = [];
        TryIgnoringType(() => real = (byte[]?)_redis.HashGet(Key(":sealed"), 0) ?? []);
        var value = random.Next(3) == 0 ? random.Bytes(200) : random.Mutated(real);
        Did($"sealed bucket 0 := {Convert.ToHexString(value)}");
        TryIgnoringType(() => _redis.HashSet(Key(":sealed"), 0, value));
    }

    private void SpoilUser()
    {
        var real = "1,3,4,6,7,9,10,12,"u8.ToArray();
        TryIgnoringType(() => real = (byte[]?)_redis.StringGet(Key(":u:alice")) ?? real);
        var value = random.Next(6) switch
        {
            0 => random.Bytes(200),
            1 => Encoding.UTF8.GetBytes(new string(',', random.Next(1, 100_000))),
            2 => Encoding.UTF8.GetBytes(new string('1', random.Next(1, 100_000))),
            3 => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(1, 5000)).Select(_ => $"{random.Next(200)},"))),
            4 => Encoding.UTF8.GetBytes($"1,{random.Number()},{random.Number()},"),
            _ => random.Mutated(real),
        };
        Did($"alice's ids := {Encoding.Latin1.GetString(value)[..Math.Min(value.Length, 60)]}… ({value.Length})");
        TryIgnoringType(() => _redis.StringSet(Key(":u:alice"), value));
    }

    private void SpoilLog()
    {
        var member = random.Next(4) switch
        {
            0 => random.Bytes(30),
            1 => Encoding.UTF8.GetBytes($"{random.Number()}:{random.Number()}"),
            2 => Encoding.UTF8.GetBytes($"{random.Number()}:{random.Next(140)}:{random.Number()}"),
            _ => Encoding.UTF8.GetBytes($"{random.NextInt64(2_000_000_000_000_000)}:{random.Next(140)}"),
        };
        var score = random.OneOf(0, 1, -1, 1.5, 1e15, 1e300, double.PositiveInfinity, double.NegativeInfinity, random.NextInt64(2_000_000_000_000_000));
        Did($"log += {Encoding.Latin1.GetString(member)} @ {score:r}");
        TryIgnoringType(() =>
        {
            if (random.Next(4) == 0)
            {
                _redis.SortedSetRemoveRangeByRank(Key(":changed"), 0, random.Next(3));
            }

            _redis.SortedSetAdd(Key(":changed"), member, score);
        });
    }

    private void SpoilReceipt()
    {
        var key = SentKey();
        var real = "1:1:1"u8.ToArray();
        TryIgnoringType(() => real = (byte[]?)_redis.HashGet(key, "alice\nknown") ?? real);
        var digest = Encoding.UTF8.GetString(real).Split(':')[^1];
        var value = random.Next(3) switch
        {
            0 => random.Bytes(30),
            1 => Encoding.UTF8.GetBytes($"{random.Number()}:{random.Number()}:{digest}"),
            _ => random.Mutated(real),
        };
        Did($"receipt := {Encoding.Latin1.GetString(value)}");
        TryIgnoringType(() => _redis.HashSet(key, "alice\nknown", value));
    }

    // An earlier step may have changed the key's type: that is enough.
    private static void TryIgnoringType(Action action)
    {
        try
        {
            action();
        }
        catch (RedisServerException e) when (e.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal))
        {
        }
    }
}
