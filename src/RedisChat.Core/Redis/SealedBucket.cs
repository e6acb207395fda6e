using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// The messages of one bucket, as a sealed one keeps them: a byte for the version of the form, and compressed a line for each message, by ascending
/// ids. A line is the message's value, after its id where that is not one more than the one before.
/// </summary>
internal sealed class SealedBucket : IDisposable
{
    private const byte Version = 1;

    // So much is sealed together at most: who reads one message reads all.
    private const int MostToSeal = 1024 * 1024;

    // An edit may make it longer, but nothing that is read may be so long as to fill the reader's memory.
    private const int MostToRead = 16 * 1024 * 1024;

    private const int LongestId = 16;

    private readonly long _number;
    private readonly byte[] _bytes;
    private readonly bool _isRented;

    // Where the value of each id lies; of length 0 where there is none.
    private readonly (int Start, int Length)[] _places = new (int, int)[RedisMessageStore.BucketSize];

    private SealedBucket(long number, byte[] bytes, bool isRented)
    {
        _number = number;
        _bytes = bytes;
        _isRented = isRented;
    }

    /// <summary>
    /// Whether a bucket of a room whose last message is known may be sealed. A guess, for somebody else may seal earlier, or the room have gone on: who
    /// finds nothing in a bucket looks among the sealed ones all the same.
    /// </summary>
    /// <param name="number">The bucket's number.</param>
    /// <param name="last">The room's last message as far as is known; 0 if it is not.</param>
    /// <param name="after">So many buckets behind the newest this process seals.</param>
    public static bool MayBeSealed(long number, long last, int after)
    {
        var newest = last / RedisMessageStore.BucketSize;
        return last == 0 || number > newest || number <= newest - after;
    }

    /// <summary>Reads a field of the sealed buckets; <see langword="null"/> if it is none.</summary>
    public static SealedBucket? TryOpen(long number, ReadOnlySpan<byte> field)
    {
        if (field.IsEmpty || field[0] != Version || !Brotli.TryDecompress(field[1..], MostToRead, out var lines, out var length))
        {
            return null;
        }

        var bucket = new SealedBucket(number, lines, isRented: true);
        if (bucket.TryFindLines(lines.AsSpan(0, length)))
        {
            return bucket;
        }

        bucket.Dispose();
        return null;
    }

    /// <summary>Seals an open bucket; <see langword="null"/> if it is to stay open: it is none, holds something else too, is too long or hardly gets shorter.</summary>
    /// <param name="number">The bucket's number.</param>
    /// <param name="entries">What it holds.</param>
    /// <param name="lastId">The id of its last message, which is this entry.</param>
    /// <param name="last">The value of that.</param>
    public static byte[]? TrySeal(long number, HashEntry[] entries, out long lastId, out RedisValue last)
    {
        (lastId, last) = (0, RedisValue.EmptyString);
        var total = entries.Sum(entry => entry.Name.Length() + entry.Value.Length());
        if (entries.Length is 0 or > RedisMessageStore.BucketSize || total > MostToSeal)
        {
            return null;
        }

        var bytes = new byte[total];
        var bucket = new SealedBucket(number, bytes, isRented: false);
        var end = 0;
        foreach (var entry in entries)
        {
            var value = ((ReadOnlyMemory<byte>)entry.Value).Span;
            if (!entry.Name.TryParse(out long id) || (string?)entry.Name != id.ToString(CultureInfo.InvariantCulture) || id / RedisMessageStore.BucketSize != number
                || value.Contains((byte)'\n') || !MessageJson.TryRead(id, value, out _))
            {
                return null;
            }

            value.CopyTo(bytes.AsSpan(end));
            bucket._places[Slot(id)] = (end, value.Length);
            end += value.Length;
            (lastId, last) = id > lastId ? (id, entry.Value) : (lastId, last);
        }

        // A quarter is what reading all for one message must be worth.
        var sealedBucket = bucket.Pack(0, default, out _);
        return sealedBucket.Length <= total * 3 / 4 ? sealedBucket : null;
    }

    /// <summary>The value of a message, if it is there.</summary>
    public bool TryGet(long id, out ReadOnlyMemory<byte> value)
    {
        var (start, length) = _places[Slot(id)];
        value = _bytes.AsMemory(start, length);
        return length > 0 && id / RedisMessageStore.BucketSize == _number;
    }

    /// <summary>The field with another value of a message, or without it; empty if no message is left.</summary>
    /// <param name="id">The message.</param>
    /// <param name="value">Its new value; empty to leave it out.</param>
    /// <param name="field">The field; empty if no message is left.</param>
    /// <returns>Whether it would not be too long to be read.</returns>
    public bool TryReplace(long id, ReadOnlySpan<byte> value, out byte[] field)
    {
        field = Pack(id, value, out var length);
        return length <= MostToRead;
    }

    public void Dispose()
    {
        if (_isRented)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }
    }

    private static int Slot(long id) => (int)(id % RedisMessageStore.BucketSize);

    private byte[] Pack(long replaced, ReadOnlySpan<byte> replacement, out int length)
    {
        var most = replacement.Length + (_places.Length * (LongestId + 1));
        foreach (var (_, valueLength) in _places)
        {
            most += valueLength;
        }

        var lines = ArrayPool<byte>.Shared.Rent(most);
        length = 0;
        var first = _number * RedisMessageStore.BucketSize;
        var next = first;
        for (var id = first; id < first + RedisMessageStore.BucketSize; id++)
        {
            var (start, valueLength) = _places[Slot(id)];
            var value = id == replaced ? replacement : _bytes.AsSpan(start, valueLength);
            if (value.IsEmpty)
            {
                continue;
            }

            if (id != next)
            {
                Utf8Formatter.TryFormat(id, lines.AsSpan(length), out var digits);
                length += digits;
            }

            value.CopyTo(lines.AsSpan(length));
            length += value.Length;
            lines[length++] = (byte)'\n';
            next = id + 1;
        }

        var field = length == 0 ? [] : Brotli.Compress(Version, lines.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(lines);
        return field;
    }

    private bool TryFindLines(ReadOnlySpan<byte> lines)
    {
        var first = _number * RedisMessageStore.BucketSize;
        var next = first;
        for (var start = 0; start < lines.Length;)
        {
            var length = lines[start..].IndexOf((byte)'\n');
            if (length < 0)
            {
                return false;
            }

            var digits = lines.Slice(start, length).IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            if (digits < 0 || digits > LongestId)
            {
                return false;
            }

            var id = next;
            if (digits > 0 && !Utf8Parser.TryParse(lines.Slice(start, digits), out id, out _))
            {
                return false;
            }

            if (id < next || id >= first + RedisMessageStore.BucketSize)
            {
                return false;
            }

            _places[Slot(id)] = (start + digits, length - digits);
            next = id + 1;
            start += length + 1;
        }

        return next > first;
    }
}
