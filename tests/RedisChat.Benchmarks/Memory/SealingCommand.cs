using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using RedisChat.Benchmarks.Texts;
using RedisChat.Redis;

namespace RedisChat.Benchmarks.Memory;

/// <summary>The compressed size of a bucket, by language and quality: a table on standard output, without a server.</summary>
internal static class SealingCommand
{
    private const int Users = 64;
    private const int Window = 16;

    private static readonly int[] Qualities = [1, 5, 9, 11];

    public static int Run()
    {
        Console.WriteLine("Bytes a message: of the text, of the stored value, sealed by quality; ms to compress a bucket of 128 by quality; µs to unpack it.");
        foreach (var language in (string[])["en", "de", "es", "ru", "zh"])
        {
            Write($"{language}, fortunes", FortuneTexts.TryRead(language)?.Messages(seed: 1));
        }

        Write("several, embedded", NaturalTexts.Embedded.Messages(seed: 1));
        Write("en, cut to 40 bytes", FortuneTexts.TryRead("en")?.Messages(seed: 1).Select(text => Cut.ToBytes(text, 40)));
        Write("base64, 120 bytes", Random("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 120));
        Write("base64, 2,000 bytes", Random("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 2000));
        Write("any ASCII, 2,000 bytes", Random(new string([.. Enumerable.Range(32, 95).Select(c => (char)c).Except("\"\\")]), 2000));
        return 0;
    }

    private static void Write(string name, IEnumerable<string>? texts)
    {
        if (texts is null)
        {
            Console.WriteLine($"{name}: not installed");
            return;
        }

        var messages = texts.Take(20 * Buckets.Size).ToList();
        var buckets = messages.Chunk(Buckets.Size).Select(Lines).ToList();
        double Each(double bytes) => bytes / messages.Count;
        var line = new StringBuilder().Append(CultureInfo.InvariantCulture,
            $"{name,-22} {Each(messages.Sum(text => Encoding.UTF8.GetByteCount(text))),6:f0} {Each(buckets.Sum(lines => lines.Length)),6:f0}");
        var times = new StringBuilder();
        foreach (var quality in Qualities)
        {
            var packed = buckets.ConvertAll(lines => Pack(lines, quality));
            var start = Stopwatch.GetTimestamp();
            buckets.ForEach(lines => Pack(lines, quality));
            times.Append(CultureInfo.InvariantCulture, $" {Stopwatch.GetElapsedTime(start).TotalMilliseconds / buckets.Count,7:f2}");
            line.Append(CultureInfo.InvariantCulture, $" {Each(packed.Sum(field => field.Length)),6:f0}");
        }

        var fields = buckets.ConvertAll(lines => Pack(lines, 9));
        var space = new byte[buckets.Max(lines => lines.Length)];
        var begin = Stopwatch.GetTimestamp();
        fields.ForEach(field => BrotliDecoder.TryDecompress(field, space, out _));
        times.Append(CultureInfo.InvariantCulture, $" {Stopwatch.GetElapsedTime(begin).TotalMicroseconds / buckets.Count,6:f0}");
        var isSealed = fields.Sum(field => field.Length) <= buckets.Sum(lines => lines.Length) * 3.0 / 4;
        Console.WriteLine($"{line} {times} {(isSealed ? "sealed" : "stays open")}");
    }

    private static byte[] Pack(byte[] lines, int quality)
    {
        var space = new byte[BrotliEncoder.GetMaxCompressedLength(lines.Length)];
        return BrotliEncoder.TryCompress(lines, space, out var length, quality, Window) ? space[..length] : throw new InvalidOperationException();
    }

    /// <summary>A bucket as the library packs it.</summary>
    private static byte[] Lines(string[] texts, int bucket)
    {
        var random = new Random(bucket);
        var time = 1_795_418_409_447_122 + (bucket * 100_000_000_000L);
        var lines = new StringBuilder();
        foreach (var text in texts)
        {
            time += random.Next(500_000, 60_000_000);
            lines.Append(CultureInfo.InvariantCulture, $$"""{"t":{{time}},"u":"user{{random.Next(Users):d4}}","c":"{{text.Replace("\"", "\\\"", StringComparison.Ordinal)}}"}""")
                .Append('\n');
        }

        return Encoding.UTF8.GetBytes(lines.ToString());
    }

    private static IEnumerable<string> Random(string symbols, int length)
    {
        var random = new Random(1);
        while (true)
        {
            yield return new string(random.GetItems(symbols.AsSpan(), length));
        }
    }
}
