using System.Buffers;
using System.IO.Compression;
using System.Numerics;

namespace RedisChat.Redis;

/// <summary>Compresses sealed buckets in pooled memory. docs/decisions/0016-sealed-history.md explains the choice.</summary>
internal static class Brotli
{
    // From 10 on, it takes twenty times as long and saves only another seventh.
    private const int Quality = 9;

    // From 64 KiB, which is more than a bucket of usual messages, to 4 MiB.
    private const int SmallestWindow = 16;
    private const int LargestWindow = 22;

    private const int FirstGuess = 32 * 1024;

    /// <summary>Returns the first byte, followed by the compressed content, in a rented array.</summary>
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

    /// <summary>Returns the content in a rented array, if it is valid and not longer than the limit. Never allocates more than that.</summary>
    public static bool TryDecompress(ReadOnlySpan<byte> compressed, int most, out byte[] rented, out int length)
    {
        using var decoder = default(BrotliDecoder);
        rented = ArrayPool<byte>.Shared.Rent(Math.Min(FirstGuess, most));
        length = 0;
        while (true)
        {
            // An array from the pool may be longer than requested.
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
