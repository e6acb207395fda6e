using System.Globalization;
using System.IO.Compression;
using System.Text;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>Another program that reads a room as docs/keys.md says, while buckets are sealed: it sees every message once.</summary>
public sealed class OutsideReaderTests(TestServer server)
{
    private const int Batches = 100;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_sees_every_message_once_while_buckets_are_sealed()
    {
        server.NeedRedis("Garnet has its own suite.");
        var prefix = $"test-{Guid.NewGuid():n}";
        var log = new SealingLog();
        var options = new RedisStoreOptions { KeyPrefix = prefix, SealAfter = 1 };
        await using var store = new RedisMessageStore(RedisConnection.Own(ConfigurationOptions.Parse(server.Configuration!)), options, null, null, log);
        var database = server.Connection.GetDatabase();
        await store.AppendAsync("lobby", Batch(0), Cancelled);

        var sending = Task.Run(async () =>
        {
            for (var i = 1; i < Batches; i++)
            {
                await store.AppendAsync("lobby", Batch(i), Cancelled);
                await store.SealedAsync();
            }
        });
        var rounds = 0;
        var sealedLater = 0;
        for (; !sending.IsCompleted; rounds++)
        {
            sealedLater += await ReadAsync(database, $"{prefix}:{{lobby}}");
        }

        await sending;
        log.Failures.Should().BeEmpty();
        rounds.Should().BePositive();
        (await database.HashLengthAsync($"{prefix}:{{lobby}}:sealed")).Should().BeGreaterThan(Batches / 2);
        TestContext.Current.TestOutputHelper?.WriteLine($"{rounds} readings; in {sealedLater} of them a bucket was sealed between the two questions");
    }

    /// <summary>Reads the whole room and checks it; returns how many buckets were in both answers.</summary>
    private static async Task<int> ReadAsync(IDatabase database, string root)
    {
        var last = (long)await database.HashGetAsync(root, "last");
        var open = new List<Task<HashEntry[]>>();
        var closed = new List<Task<RedisValue>>();
        for (var bucket = 0L; bucket <= last >> 7; bucket++)
        {
            open.Add(database.HashGetAllAsync($"{root}:m:{bucket}"));
            closed.Add(database.HashGetAsync($"{root}:sealed", bucket));
        }

        var (ids, twice) = (new List<long>(), 0);
        for (var bucket = 0; bucket < open.Count; bucket++)
        {
            var (fields, packed) = (await open[bucket], await closed[bucket]);
            twice += fields.Length > 0 && !packed.IsNull ? 1 : 0;
            ids.AddRange(packed.IsNull ? fields.Select(field => (long)field.Name).Order() : Unpack(bucket, (byte[])packed!));
        }

        ids.Where(id => id <= last).Should().Equal(Enumerable.Range(1, (int)last).Select(id => (long)id));
        return twice;
    }

    /// <summary>The ids in a sealed bucket: each line has one before its value, unless it is one more than that of the line before.</summary>
    private static IEnumerable<long> Unpack(long bucket, byte[] packed)
    {
        packed[0].Should().Be(1);
        using var brotli = new BrotliStream(new MemoryStream(packed, 1, packed.Length - 1), CompressionMode.Decompress);
        using var lines = new StreamReader(brotli, Encoding.UTF8);
        var id = (bucket * 128) - 1;
        while (lines.ReadLine() is { } line)
        {
            var digits = line.IndexOf('{', StringComparison.Ordinal);
            id = digits == 0 ? id + 1 : long.Parse(line[..digits], CultureInfo.InvariantCulture);
            yield return id;
        }
    }

    private static List<NewMessage> Batch(int number) => [.. Enumerable.Range(0, 128).Select(n => new NewMessage("alice", $"message {n} of batch {number}"))];
}
