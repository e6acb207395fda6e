using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Transfer;

/// <summary>
/// All that is stored of a chat, read key by key and without the code that exports, for comparison with another chat. Left out is what an import does not promise: passing state, the times of the directory, whether a bucket is sealed,
/// the ids of deleted messages in the lists of users, and which empty buckets have a bit.
/// </summary>
internal static class TransferDump
{
    private static readonly string[] OwnFields = ["sealed", "imported"];

    public static async Task<SortedDictionary<string, string>> OfAsync(IConnectionMultiplexer connection, string prefix)
    {
        var database = connection.GetDatabase();
        var keys = new List<string>();
        foreach (var server in connection.GetServers().Where(server => !server.IsReplica))
        {
            await foreach (var key in server.KeysAsync(pattern: $"{prefix}:*"))
            {
                keys.Add(((string)key!)[(prefix.Length + 1)..]);
            }
        }

        var dump = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var key in keys.Where(key => key.Contains(":m:", StringComparison.Ordinal) || key.EndsWith(":sealed", StringComparison.Ordinal)))
        {
            await AddMessagesAsync(dump, database, prefix, key);
        }

        foreach (var key in keys)
        {
            var end = key.IndexOf('}', StringComparison.Ordinal);
            var suffix = key[(end + 1)..];
            if (suffix.Contains(":m:", StringComparison.Ordinal) || suffix.EndsWith(":sealed", StringComparison.Ordinal) || suffix.Contains(":sent:", StringComparison.Ordinal)
                || suffix.Contains(":here", StringComparison.Ordinal) || suffix.EndsWith(":rates", StringComparison.Ordinal) || suffix.EndsWith(":gone", StringComparison.Ordinal)
                || suffix is ":upkeep" or ":active")
            {
                continue;
            }

            await AddAsync(dump, database, prefix, key, suffix);
        }

        return dump;
    }

    private static async Task AddMessagesAsync(SortedDictionary<string, string> dump, IDatabase database, string prefix, string key)
    {
        foreach (var field in await database.HashGetAllAsync($"{prefix}:{key}"))
        {
            var root = key[..key.LastIndexOf(key.EndsWith(":sealed", StringComparison.Ordinal) ? ":sealed" : ":m:", StringComparison.Ordinal)];
            if (!key.EndsWith(":sealed", StringComparison.Ordinal))
            {
                dump[$"{root} message {(field.Name.TryParse(out long number) ? $"{number:d16}" : field.Name)}{(dump.ContainsKey($"{root} message {number:d16}") ? " again" : "")}"] = (string)field.Value!;
                continue;
            }

            using var bucket = SealedBucket.TryOpen((long)field.Name, (byte[])field.Value!);
            for (var id = (long)field.Name * 128; bucket is not null && id < ((long)field.Name + 1) * 128; id++)
            {
                if (bucket.TryGet(id, out var value))
                {
                    dump[$"{root} message {id:d16}"] = System.Text.Encoding.UTF8.GetString(value.Span);
                }
            }
        }
    }

    private static async Task AddAsync(SortedDictionary<string, string> dump, IDatabase database, string prefix, string key, string suffix)
    {
        var (full, isDirectory) = ((RedisKey)$"{prefix}:{key}", key.StartsWith("{directory:", StringComparison.Ordinal));
        switch (await database.KeyTypeAsync(full))
        {
            case RedisType.Hash:
                foreach (var field in await database.HashGetAllAsync(full))
                {
                    var (name, value) = ((string)field.Name!, (string)field.Value!);
                    var isRoot = suffix.Length == 0 || (suffix.StartsWith(":t:", StringComparison.Ordinal) && suffix.Count(':') == 2);
                    if (isRoot && (OwnFields.Contains(name) || (name == "uses" && (value = value.Replace("h", "", StringComparison.Ordinal)).Length == 0)))
                    {
                        continue;
                    }

                    // The revision of a summary, and the time of an entry of the directory.
                    value = suffix == ":threads" || (isDirectory && suffix == ":rooms") ? value[(value.IndexOf(' ', StringComparison.Ordinal) + 1)..] : value;
                    dump.Add($"{key} {name}", value);
                }

                break;
            case RedisType.SortedSet:
                foreach (var entry in await database.SortedSetRangeByRankWithScoresAsync(full))
                {
                    dump.Add($"{key} {entry.Element}", $"{(long)entry.Score}");
                }

                break;
            case var _ when !key.Contains(":u:", StringComparison.Ordinal):
                dump.Add(key, (string)(await database.StringGetAsync(full))!);
                break;
            default:
                var root = key[..key.LastIndexOf(":u:", StringComparison.Ordinal)];
                var ids = ((string)(await database.StringGetAsync(full))!).TrimEnd(',').Split(',').Where(id => dump.ContainsKey($"{root} message {long.Parse(id, System.Globalization.CultureInfo.InvariantCulture):d16}")).ToList();
                if (ids.Count > 0)
                {
                    dump.Add(key, string.Join(',', ids));
                }

                break;
        }
    }

    private static int Count(this string text, char letter) => text.AsSpan().Count(letter);
}
