using System.Globalization;
using System.IO.Compression;
using System.Text;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>Another program that reads a room as docs/keys.md says sees every message once, even while buckets are sealed.</summary>
public sealed class OutsideReaderTests(TestServer server)
{
    private const int Batches = 100;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_sees_every_message_once_while_buckets_are_sealed()
    {
        server.NeedRedis("Garnet has its own suite.");
        var prefix = $"test-{Guid.NewGuid():n}";
        var log = new StoreLog();
        var options = new RedisStoreOptions { KeyPrefix = prefix, SealAfter = 1 };
        await using var store = new RedisMessageStore(RedisConnection.Own(ConfigurationOptions.Parse(server.Configuration!)), options, null, null, log);
        var database = server.Connection.GetDatabase();
        await store.AppendAsync("lobby", Batch(0), Cancelled);

        // A reading overlaps with sealing by chance, so the writer goes on until one has.
        var sealedInBetween = 0;
        var sending = Task.Run(async () =>
        {
            for (var i = 1; i < Batches || (Volatile.Read(ref sealedInBetween) == 0 && i < 20 * Batches); i++)
            {
                await store.AppendAsync("lobby", Batch(i), Cancelled);
                await store.SealedAsync();
            }
        });
        while (!sending.IsCompleted)
        {
            Interlocked.Add(ref sealedInBetween, await ReadAsync(database, $"{prefix}:{{lobby}}"));
        }

        await sending;
        log.Of("SealingFailed").Should().BeEmpty();
        sealedInBetween.Should().BePositive("some readings must overlap with sealing");
        (await database.HashLengthAsync($"{prefix}:{{lobby}}:sealed")).Should().BeGreaterThan(Batches / 2);
    }

    /// <summary>Reads the whole room and checks it; returns how many buckets were in both answers.</summary>
    private static async Task<int> ReadAsync(IDatabase database, string root)
    {
        var last = (long)await database.HashGetAsync(root, "last");
        var buckets = Enumerable.Range(0, (int)(last >> 7) + 1).ToList();

        // In two round trips, to leave more time for a bucket to be sealed in between.
        var open = await Task.WhenAll(buckets.Select(bucket => database.HashGetAllAsync($"{root}:m:{bucket}")));
        var closed = await Task.WhenAll(buckets.Select(bucket => database.HashGetAsync($"{root}:sealed", bucket)));

        var (ids, twice) = (new List<long>(), 0);
        foreach (var bucket in buckets)
        {
            var (fields, packed) = (open[bucket], closed[bucket]);
            twice += fields.Length > 0 && !packed.IsNull ? 1 : 0;
            ids.AddRange(packed.IsNull ? fields.Select(field => (long)field.Name).Order() : Unpack(bucket, (byte[])packed!));
        }

        ids.Where(id => id <= last).Should().Equal(Enumerable.Range(1, (int)last).Select(id => (long)id));
        return twice;
    }

    /// <summary>The ids in a sealed bucket: each line has one before its value, unless it is the previous id plus one.</summary>
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
