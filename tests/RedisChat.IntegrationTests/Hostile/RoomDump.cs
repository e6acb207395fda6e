using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Hostile;

/// <summary>Everything stored under a prefix, as comparable lines.</summary>
internal static class RoomDump
{
    public static async Task<List<string>> TakeAsync(IConnectionMultiplexer connection, string prefix)
    {
        var redis = connection.GetDatabase();
        var lines = new List<string>();
        foreach (var key in connection.GetServers()[0].Keys(pattern: $"{prefix}*", pageSize: 1000).ToList())
        {
            // Not DUMP: a write that was undone may leave the same fields in a different order.
            var values = await redis.KeyTypeAsync(key) switch
            {
                RedisType.Hash => (await redis.HashGetAllAsync(key)).Select(entry => $"{Hex(entry.Name)}={Hex(entry.Value)}"),
                RedisType.SortedSet => (await redis.SortedSetRangeByRankWithScoresAsync(key)).Select(entry => $"{Hex(entry.Element)}@{entry.Score:r}"),
                RedisType.String => [Hex(await redis.StringGetAsync(key))],
                RedisType.List => (await redis.ListRangeAsync(key)).Select(Hex),
                RedisType.Set => (await redis.SetMembersAsync(key)).Select(Hex),
                var other => [other.ToString()],
            };
            lines.AddRange(values.Select(value => $"{key} {value}"));
        }

        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    private static string Hex(RedisValue value) => Convert.ToHexString(((ReadOnlyMemory<byte>)value).Span);
}
