using System.Buffers;
using System.IO.Compression;
using System.Text;
using RedisChat.Redis;

namespace RedisChat.Tests.Redis;

public sealed class SealedBucketTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(70_312_499_999_999)]
    public void A_sealed_bucket_is_read_back_with_any_messages_missing_changed_and_removed(long number)
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var values = Enumerable.Range(0, Buckets.Size).Select(slot => (number * Buckets.Size) + slot)
                .Where(id => id > 0 && random.Next(10) < seed % 10 + 1)
                .ToDictionary(id => id, id => Value($"text {id} {new string('x', random.Next(40))}"));
            if (values.Count == 0)
            {
                continue;
            }

            var field = Sealed(number, values);
            var (changed, removed) = (values.Keys.ElementAt(random.Next(values.Count)), values.Keys.ElementAt(random.Next(values.Count)));
            using (var opened = SealedBucket.TryOpen(number, field))
            {
                Check(opened!, values);
                values[changed] = Value("changed 😀");
                opened!.TryReplace(changed, values[changed], null, out field).Should().BeTrue();
            }

            using (var opened = SealedBucket.TryOpen(number, field))
            {
                Check(opened!, values);
                values.Remove(removed);
                opened!.TryReplace(removed, [], null, out field).Should().BeTrue();
            }

            if (values.Count == 0)
            {
                field.Should().BeEmpty();
                continue;
            }

            using var last = SealedBucket.TryOpen(number, field);
            Check(last!, values);
            last!.LastId().Should().Be(values.Keys.Max());
        }
    }

    [Theory]
    [InlineData(127, "not json")]
    [InlineData(127, "{}")]
    [InlineData(127, "{\"t\":1,\"u\":\"alice\",\n\"c\":\"x\"}")]
    [InlineData(0, "{\"t\":1,\"u\":\"alice\",\"c\":\"x\"}")]
    [InlineData(-1, "{\"t\":1,\"u\":\"alice\",\"c\":\"x\"}")]
    [InlineData(128, "{\"t\":1,\"u\":\"alice\",\"c\":\"x\"}")]
    public void A_value_that_is_not_a_message_of_the_bucket_cannot_be_sealed(long id, string value)
    {
        using var bucket = SealedBucket.ToFill(0, 1000);

        bucket.TryAdd(id, Encoding.UTF8.GetBytes(value)).Should().BeFalse();
    }

    [Fact]
    public void A_field_that_would_unpack_to_a_huge_size_is_not_unpacked()
    {
        var packed = new MemoryStream();
        packed.WriteByte(1);
        using (var brotli = new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 512; i++)
            {
                brotli.Write(zeros);
            }
        }

        var before = GC.GetAllocatedBytesForCurrentThread();

        SealedBucket.TryOpen(0, packed.ToArray()).Should().BeNull();

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(40 << 20);
    }

    [Theory]
    [InlineData(300, 1000, 2, true)]
    [InlineData(700, 1000, 2, true)]
    [InlineData(800, 1000, 2, false)]
    [InlineData(1000, 1000, 2, false)]
    [InlineData(800, 1000, 1, true)]
    [InlineData(1100, 1000, 2, true)]
    [InlineData(1, 0, 2, true)]
    public void Only_the_newest_buckets_are_assumed_to_be_open(long id, long last, int after, bool mayBeSealed) =>
        SealedBucket.MayBeSealed(id / Buckets.Size, last, after).Should().Be(mayBeSealed);

    private static byte[] Value(string text) => Encoding.UTF8.GetBytes($$"""{"t":1795418409447122,"u":"alice","c":"{{text}}"}""");

    private static byte[] Sealed(long number, Dictionary<long, byte[]> values)
    {
        using var bucket = SealedBucket.ToFill(number, values.Values.Sum(value => value.Length));
        foreach (var (id, value) in values)
        {
            bucket.TryAdd(id, value).Should().BeTrue();
        }

        var rented = bucket.Pack(out var length);
        var field = rented[..length];
        ArrayPool<byte>.Shared.Return(rented);
        return field;
    }

    private static void Check(SealedBucket bucket, Dictionary<long, byte[]> values)
    {
        var first = values.Keys.Min() / Buckets.Size * Buckets.Size;
        for (var id = first; id < first + Buckets.Size; id++)
        {
            bucket.TryGet(id, out var value).Should().Be(values.ContainsKey(id));
            value.ToArray().Should().Equal(values.GetValueOrDefault(id) ?? []);
        }

        bucket.TryGet(first + Buckets.Size, out _).Should().BeFalse();
    }
}
