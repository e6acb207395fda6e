using System.Globalization;
using System.Text;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.Benchmarks.Life;

/// <summary>Searches everything that a server stores, by names of keys, fields and values alone: it knows nothing of the chat but how to unpack a sealed bucket that is not encrypted.</summary>
internal static class KeyspaceScan
{
    private const int Page = 500;

    /// <summary>Searches all keys.</summary>
    /// <param name="server">The server.</param>
    /// <param name="words">What to look for.</param>
    /// <returns>How many names, fields and values were searched, and where a word was found, as <c>word: key field</c>.</returns>
    public static async Task<(long Searched, List<string> Found)> RunAsync(LifeServer server, params string[] words)
    {
        var needles = words.Select(word => (word, Encoding.UTF8.GetBytes(word))).ToArray();
        var (searched, found) = (0L, new List<string>());
        var page = new List<RedisKey>(Page);
        await foreach (var key in server.Server.KeysAsync(pageSize: Page))
        {
            page.Add(key);
            if (page.Count == Page)
            {
                await SearchPageAsync();
            }
        }

        await SearchPageAsync();
        return (searched, found);

        async Task SearchPageAsync()
        {
            var types = await Task.WhenAll(page.Select(key => server.Database.KeyTypeAsync(key)));
            var values = await Task.WhenAll(page.Zip(types, (key, type) => ReadAsync(server.Database, key, type)));
            foreach (var (key, entries) in page.Zip(values))
            {
                Search((byte[])key!, key!, "");
                foreach (var (field, value) in entries)
                {
                    Search((byte[])field!, key!, field);
                    foreach (var part in Unpack(key!, field, (byte[])value!))
                    {
                        Search(part, key!, field);
                    }
                }
            }

            page.Clear();
        }

        void Search(ReadOnlySpan<byte> value, string key, RedisValue field)
        {
            searched++;
            foreach (var (word, bytes) in needles)
            {
                if (value.IndexOf(bytes) >= 0)
                {
                    found.Add($"{word}: {key} {field}");
                }
            }
        }
    }

    private static async Task<IEnumerable<(RedisValue Field, RedisValue Value)>> ReadAsync(IDatabase database, RedisKey key, RedisType type) => type switch
    {
        RedisType.Hash => (await database.HashGetAllAsync(key)).Select(entry => (entry.Name, entry.Value)),
        RedisType.SortedSet => (await database.SortedSetRangeByRankWithScoresAsync(key)).Select(entry => (entry.Element, (RedisValue)entry.Score)),
        RedisType.String => [("", await database.StringGetAsync(key))],
        RedisType.List => (await database.ListRangeAsync(key)).Select(value => ((RedisValue)"", value)),
        RedisType.Set => (await database.SetMembersAsync(key)).Select(value => ((RedisValue)"", value)),
        RedisType.None => [],
        var other => throw new InvalidOperationException($"The key {key} is a {other}."),
    };

    private static IEnumerable<byte[]> Unpack(string key, RedisValue field, byte[]? value)
    {
        yield return value ?? [];
        if (!key.EndsWith(":sealed", StringComparison.Ordinal) || !long.TryParse((string?)field, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            yield break;
        }

        using var bucket = SealedBucket.TryOpen(number, value);
        for (var id = number * Buckets.Size; bucket is not null && id < (number + 1) * Buckets.Size; id++)
        {
            if (bucket.TryGet(id, out var message))
            {
                yield return message.ToArray();
            }
        }
    }
}
