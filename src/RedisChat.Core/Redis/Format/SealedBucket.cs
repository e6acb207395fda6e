using System.Buffers;
using System.Buffers.Text;

namespace RedisChat.Redis;

/// <summary>
/// The messages of a sealed bucket: one byte for the version of the format, followed by the compressed lines, one per message, by ascending id. A line
/// is the message's value, preceded by its id unless that is the previous id plus one.
/// </summary>
internal sealed class SealedBucket : IDisposable
{
    private const byte Version = 1;

    // An edit may make a bucket longer than what is sealed, but no value that is read may be long enough to fill the reader's memory.
    private const int MostToRead = 16 * 1024 * 1024;

    private const int LongestId = 16;

    private readonly long _number;
    private readonly byte[] _bytes;

    // The position of each id's value; length 0 if it has none.
    private readonly (int Start, int Length)[] _places = new (int, int)[Buckets.Size];
    private int _end;

    private SealedBucket(long number, byte[] rented)
    {
        _number = number;
        _bytes = rented;
    }

    /// <summary>An empty bucket.</summary>
    /// <param name="number">The bucket's number.</param>
    /// <param name="capacity">The total length of its values in bytes.</param>
    public static SealedBucket ToFill(long number, int capacity) => new(number, ArrayPool<byte>.Shared.Rent(capacity));

    /// <summary>Reads a field of the sealed buckets; <see langword="null"/> if it is not a sealed bucket.</summary>
    public static SealedBucket? TryOpen(long number, ReadOnlySpan<byte> field)
    {
        if (field.IsEmpty || field[0] != Version || !Brotli.TryDecompress(field[1..], MostToRead, out var lines, out var length))
        {
            return null;
        }

        var bucket = new SealedBucket(number, lines);
        if (bucket.TryFindLines(lines.AsSpan(0, length)))
        {
            return bucket;
        }

        bucket.Dispose();
        return null;
    }

    /// <summary>
    /// Whether a bucket may be sealed, given the room's last message id. This is a guess: another process may seal earlier, or the room may have grown.
    /// A reader that finds an open bucket empty checks the sealed ones anyway.
    /// </summary>
    /// <param name="number">The bucket's number.</param>
    /// <param name="last">The room's last message id, as far as it is known; 0 if it is not.</param>
    /// <param name="after">How many buckets behind the newest one this process seals.</param>
    public static bool MayBeSealed(long number, long last, int after)
    {
        var newest = last / Buckets.Size;
        return last == 0 || number > newest || number <= newest - after;
    }

    /// <summary>Adds a message, if it belongs to this bucket and fits.</summary>
    public bool TryAdd(long id, ReadOnlySpan<byte> value)
    {
        if (id < 1 || id / Buckets.Size != _number || value.Length > _bytes.Length - _end
            || value.Contains((byte)'\n') || !MessageJson.IsMessage(id, value))
        {
            return false;
        }

        value.CopyTo(_bytes.AsSpan(_end));
        _places[Slot(id)] = (_end, value.Length);
        _end += value.Length;
        return true;
    }

    /// <summary>The value of a message, if it exists.</summary>
    public bool TryGet(long id, out ReadOnlyMemory<byte> value)
    {
        var (start, length) = _places[Slot(id)];
        value = _bytes.AsMemory(start, length);
        return length > 0 && id / Buckets.Size == _number;
    }

    /// <summary>Removes messages.</summary>
    public void Remove(IEnumerable<long> ids)
    {
        foreach (var id in ids)
        {
            _places[Slot(id)] = default;
        }
    }

    /// <summary>The last message.</summary>
    public (long Id, ReadOnlyMemory<byte> Value) Last()
    {
        var slot = Array.FindLastIndex(_places, static place => place.Length > 0);
        return slot < 0 ? (0, default) : ((_number * Buckets.Size) + slot, _bytes.AsMemory(_places[slot].Start, _places[slot].Length));
    }

    /// <summary>The field's content, in a rented array.</summary>
    /// <param name="length">Its length; 0 if there is no message.</param>
    public byte[] Pack(out int length) => Pack(0, default, out length, out _);

    /// <summary>The field's content with a new value of a message, or without the message.</summary>
    /// <param name="id">The message.</param>
    /// <param name="value">Its new value; empty to remove it.</param>
    /// <param name="field">The field's content; empty if no message is left.</param>
    /// <returns>Whether the content is short enough to be read.</returns>
    public bool TryReplace(long id, ReadOnlySpan<byte> value, out byte[] field)
    {
        var rented = Pack(id, value, out var length, out var unpacked);
        field = rented.AsSpan(0, length).ToArray();
        ArrayPool<byte>.Shared.Return(rented);
        return unpacked <= MostToRead;
    }

    /// <summary>The field's content with new values of some messages.</summary>
    public byte[] With(IReadOnlyDictionary<long, byte[]> values)
    {
        using var other = ToFill(_number, _places.Sum(static place => place.Length) + values.Values.Sum(static value => value.Length));
        var first = _number * Buckets.Size;
        for (var id = first; id < first + Buckets.Size; id++)
        {
            var (start, length) = _places[Slot(id)];
            var value = values.TryGetValue(id, out var given) ? given : _bytes.AsSpan(start, length);
            if (!value.IsEmpty && !other.TryAdd(id, value))
            {
                throw new InvalidOperationException("A value is not a message, or too long.");
            }
        }

        var rented = other.Pack(out var packed);
        var field = rented.AsSpan(0, packed).ToArray();
        ArrayPool<byte>.Shared.Return(rented);
        return field;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);

    private static int Slot(long id) => (int)(id % Buckets.Size);

    private byte[] Pack(long replaced, ReadOnlySpan<byte> replacement, out int length, out int unpacked)
    {
        var most = replacement.Length + (_places.Length * (LongestId + 1));
        foreach (var (_, valueLength) in _places)
        {
            most += valueLength;
        }

        var lines = ArrayPool<byte>.Shared.Rent(most);
        unpacked = 0;
        var first = _number * Buckets.Size;
        var next = first;
        for (var id = first; id < first + Buckets.Size; id++)
        {
            var (start, valueLength) = _places[Slot(id)];
            var value = id == replaced ? replacement : _bytes.AsSpan(start, valueLength);
            if (value.IsEmpty)
            {
                continue;
            }

            if (id != next)
            {
                Utf8Formatter.TryFormat(id, lines.AsSpan(unpacked), out var digits);
                unpacked += digits;
            }

            value.CopyTo(lines.AsSpan(unpacked));
            unpacked += value.Length;
            lines[unpacked++] = (byte)'\n';
            next = id + 1;
        }

        length = 0;
        var field = unpacked == 0 ? [] : Brotli.Compress(Version, lines.AsSpan(0, unpacked), out length);
        ArrayPool<byte>.Shared.Return(lines);
        return field;
    }

    private bool TryFindLines(ReadOnlySpan<byte> lines)
    {
        var first = _number * Buckets.Size;
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

            if (id < next || id >= first + Buckets.Size)
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
