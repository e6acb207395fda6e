using System.Text;
using RedisChat.Benchmarks.Texts;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.Benchmarks.Growth;

/// <summary>
/// Writes rooms straight into Redis, bucket by bucket, as docs/keys.md describes them: millions of messages in seconds. All rooms hold the same messages.
/// </summary>
internal sealed class BucketFill
{
    private const int Users = 8;
    private const long FirstTime = 1_750_000_000_000_000;
    private const int ConcurrentRooms = 4;

    private readonly KeyNames _scheme;
    private readonly int _messages;
    private readonly HashEntry[][] _buckets;
    private readonly string[] _idsOfUsers;

    public BucketFill(KeyNames scheme, int messagesInRoom)
    {
        _scheme = scheme;
        _messages = messagesInRoom;
        var texts = NaturalTexts.Embedded.Messages(seed: 6).Take(messagesInRoom).ToArray();
        _buckets = [.. Enumerable.Range(1, messagesInRoom)
            .GroupBy(id => id / Buckets.Size)
            .Select(bucket => bucket.Select(id => new HashEntry(id, Value(id, texts[id - 1]))).ToArray())];
        _idsOfUsers = [.. Enumerable.Range(0, Users).Select(user =>
            string.Concat(Enumerable.Range(1, messagesInRoom).Where(id => id % Users == user).Select(id => $"{id},")))];
    }

    public async Task WriteAsync(IDatabase database, IEnumerable<string> rooms, CancellationToken cancellationToken) =>
        await Parallel.ForEachAsync(
            rooms, new ParallelOptions { MaxDegreeOfParallelism = ConcurrentRooms, CancellationToken = cancellationToken },
            async (room, _) =>
            {
                // All of a room in one pipeline; the next ones wait until it is there, so no more than a few are in memory.
                var writes = new List<Task>();
                for (var bucket = 0; bucket < _buckets.Length; bucket++)
                {
                    writes.Add(database.HashSetAsync(_scheme.Bucket(room, bucket), _buckets[bucket]));
                }

                for (var user = 0; user < Users; user++)
                {
                    writes.Add(database.StringSetAsync(_scheme.Author(room, UserName(user)), _idsOfUsers[user]));
                }

                writes.Add(database.HashSetAsync(
                    _scheme.Room(room),
                    [new("epoch", "cac38addc4e2e313"), new("last", _messages), new("at", FirstTime + _messages)]));
                await Task.WhenAll(writes);
            });

    private static RedisValue Value(int id, string text) => Encoding.UTF8.GetBytes(
        $$"""{"t":{{FirstTime + id}},"u":"{{UserName(id % Users)}}","c":"{{text.Replace("\"", "\\\"", StringComparison.Ordinal)}}"}""");

    private static string UserName(int user) => $"user{user:d4}";
}
