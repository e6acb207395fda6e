using System.Buffers;
using System.IO.Compression;
using System.Numerics;

namespace RedisChat.Redis;

/// <summary>Compression of sealed buckets, in pooled memory. What it was chosen for: docs/decisions/0016-sealed-history.md.</summary>
internal static class Brotli
{
    // From 10 on it takes twenty times as long, for a seventh less.
    private const int Quality = 9;

    // 64 KiB, more than a bucket of usual messages has; to 4 MiB.
    private const int SmallestWindow = 16;
    private const int LargestWindow = 22;

    private const int FirstGuess = 32 * 1024;

    /// <summary>A first byte, and the compressed content behind it, in a rented array.</summary>
    public static byte[] Compress(byte first, ReadOnlySpan<byte> content, out int length)
    {
        var rented = ArrayPool<byte>.Shared.Rent(BrotliEncoder.GetMaxCompressedLength(content.Length) + 1);
        var window = Math.Clamp(BitOperations.Log2((uint)content.Length) + 1, SmallestWindow, LargestWindow);
        rented[0] = first;
        if (!BrotliEncoder.TryCompress(content, rented.AsSpan(1), out var written, Quality, window))
        {
            throw new InvalidOperationException("The compressor's own bound for its output was too small.");
        }

        length = written + 1;
        return rented;
    }

    /// <summary>The content, in a rented array, if it is one and not longer than that. Nothing larger is ever allocated.</summary>
    public static bool TryDecompress(ReadOnlySpan<byte> compressed, int most, out byte[] rented, out int length)
    {
        using var decoder = default(BrotliDecoder);
        rented = ArrayPool<byte>.Shared.Rent(Math.Min(FirstGuess, most));
        length = 0;
        while (true)
        {
            // An array of the pool may be longer than what was asked for.
            var space = rented.AsSpan(length, Math.Min(rented.Length, most) - length);
            var status = decoder.Decompress(compressed, space, out var consumed, out var written);
            compressed = compressed[consumed..];
            length += written;
            if (status == OperationStatus.Done && compressed.IsEmpty)
            {
                return true;
            }

            if (status != OperationStatus.DestinationTooSmall || length >= most)
            {
                ArrayPool<byte>.Shared.Return(rented);
                rented = [];
                return false;
            }

            var larger = ArrayPool<byte>.Shared.Rent(Math.Min(rented.Length * 2, most));
            rented.AsSpan(0, length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(rented);
            rented = larger;
        }
    }
}
