using System.Buffers;
using System.Buffers.Text;

namespace RedisChat.Redis;

/// <summary>
/// The messages of a sealed bucket: one byte for the version of the format, followed by the compressed lines, one per message, by ascending id. A line
/// is the message's value, preceded by its id unless that is the previous id plus one. In an encrypted room, all of this is encrypted, and a byte for the version and one with
/// the number of messages precede it, so the number is known even if the key is lost; the values in it are plain, because encrypted ones could not be compressed.
/// </summary>
internal sealed class SealedBucket : IDisposable
{
    private const byte Version = 1;
    private const byte EncryptedVersion = 2;

    // An edit may make a bucket longer than what is sealed, but no value that is read may be long enough to fill the reader's memory.
    private const int MostToRead = 16 * 1024 * 1024;

    private const int LongestId = 16;

    private readonly long _number;
    private readonly byte[] _bytes;

    // The position of each id's value; length 0 if it has none.
    private readonly (int Start, int Length)[] _places = new (int, int)[Buckets.Size];
    private readonly RoomCipher? _cipher;
    private int _end;

    private SealedBucket(long number, byte[] rented, RoomCipher? cipher)
    {
        _number = number;
        _bytes = rented;
        _cipher = cipher;
    }

    /// <summary>An empty bucket.</summary>
    /// <param name="number">The bucket's number.</param>
    /// <param name="capacity">The total length of its values in bytes.</param>
    /// <param name="cipher">Decrypts the values, and encrypts the bucket; <see langword="null"/> in a room that is not encrypted.</param>
    public static SealedBucket ToFill(long number, int capacity, RoomCipher? cipher = null) => new(number, ArrayPool<byte>.Shared.Rent(capacity), cipher);

    /// <inheritdoc cref="TryOpen(long, ReadOnlySpan{byte}, RoomCipher, out uint?)"/>
    public static SealedBucket? TryOpen(long number, ReadOnlySpan<byte> field, RoomCipher? cipher = null) => TryOpen(number, field, cipher, out _);

    /// <summary>Reads a field of the sealed buckets; <see langword="null"/> if it is not a sealed bucket, or cannot be decrypted.</summary>
    /// <param name="number">The bucket's number.</param>
    /// <param name="field">The field's value.</param>
    /// <param name="cipher">The room's cipher; <see langword="null"/> if there is none.</param>
    /// <param name="lacking">The key that it needs, if it is not among those of the cipher; otherwise <see langword="null"/>.</param>
    public static SealedBucket? TryOpen(long number, ReadOnlySpan<byte> field, RoomCipher? cipher, out uint? lacking)
    {
        lacking = null;
        if (field is [EncryptedVersion, var count, .. var box])
        {
            return TryDecrypt(number, count, box, cipher, out lacking);
        }

        if (field.IsEmpty || field[0] != Version || !Brotli.TryDecompress(field[1..], MostToRead, out var lines, out var length))
        {
            return null;
        }

        var bucket = new SealedBucket(number, lines, cipher);
        if (bucket.TryFindLines(lines.AsSpan(0, length)))
        {
            return bucket;
        }

        bucket.Dispose();
        return null;
    }

    /// <summary>The key of an encrypted bucket; <see langword="null"/> if the field is not one.</summary>
    public static uint? KeyIn(ReadOnlySpan<byte> field) => field is [EncryptedVersion, _, .. var box] ? RoomCipher.KeyOf(box) : null;

    /// <summary>The number of messages in an encrypted bucket, with or without its key; <see langword="null"/> if the field is not one.</summary>
    public static int? CountIn(ReadOnlySpan<byte> field) => field is [EncryptedVersion, var count, ..] ? count : null;

    private static SealedBucket? TryDecrypt(long number, int count, ReadOnlySpan<byte> box, RoomCipher? cipher, out uint? lacking)
    {
        lacking = cipher is null ? RoomCipher.KeyOf(box) : null;
        if (cipher is null || box.Length < RoomCipher.Overhead)
        {
            return null;
        }

        var length = box.Length - RoomCipher.Overhead;
        var rented = ArrayPool<byte>.Shared.Rent(length);
        var plain = rented.AsSpan(0, length);
        var opening = cipher.TryOpen(BoxPlace.Bucket(number, count), box, plain);
        lacking = opening == Opening.NoKey ? RoomCipher.KeyOf(box) : null;

        // Nothing is encrypted twice.
        var bucket = opening == Opening.Opened && plain is [Version, ..] ? TryOpen(number, plain, cipher) : null;
        ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        return bucket;
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

    /// <summary>Adds a message, if it belongs to this bucket and fits. An encrypted one is added as it is without encryption, if it can be decrypted.</summary>
    public bool TryAdd(long id, ReadOnlySpan<byte> value)
    {
        if (_cipher is null)
        {
            return TryAddPlain(id, value);
        }

        byte[] plain = [];
        var opening = EncryptedJson.TryOpen(_cipher, BoxPlace.Message(id), value, ref plain, out var length, out _);
        var isAdded = opening is Opening.Plain or Opening.Opened && TryAddPlain(id, opening == Opening.Plain ? value : plain.AsSpan(0, length));
        if (plain.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(plain, clearArray: true);
        }

        return isAdded;
    }

    private bool TryAddPlain(long id, ReadOnlySpan<byte> value)
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

    /// <summary>The id of the last message; 0 if there is none.</summary>
    public long LastId()
    {
        var slot = Array.FindLastIndex(_places, static place => place.Length > 0);
        return slot < 0 ? 0 : (_number * Buckets.Size) + slot;
    }

    /// <summary>The field's content, in a rented array.</summary>
    /// <param name="length">Its length; 0 if there is no message.</param>
    public byte[] Pack(out int length) => Pack(0, default, _cipher, out length, out _);

    /// <summary>The field's content with a new value of a message, or without the message.</summary>
    /// <param name="id">The message.</param>
    /// <param name="value">Its new value; empty to remove it.</param>
    /// <param name="cipher">Encrypts the bucket; <see langword="null"/> to leave it plain.</param>
    /// <param name="field">The field's content; empty if no message is left.</param>
    /// <returns>Whether the content is short enough to be read.</returns>
    public bool TryReplace(long id, ReadOnlySpan<byte> value, RoomCipher? cipher, out byte[] field)
    {
        var rented = Pack(id, value, cipher, out var length, out var unpacked);
        field = rented.AsSpan(0, length).ToArray();
        ArrayPool<byte>.Shared.Return(rented);
        return unpacked <= MostToRead;
    }

    /// <summary>The field's content with new values of some messages.</summary>
    /// <param name="values">The values, by id.</param>
    /// <param name="cipher">Encrypts the bucket; <see langword="null"/> to leave it plain.</param>
    public byte[] With(IReadOnlyDictionary<long, byte[]> values, RoomCipher? cipher)
    {
        using var other = ToFill(_number, _places.Sum(static place => place.Length) + values.Values.Sum(static value => value.Length), cipher);
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

    public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes, clearArray: _cipher is not null);

    private static int Slot(long id) => (int)(id % Buckets.Size);

    private byte[] Pack(long replaced, ReadOnlySpan<byte> replacement, RoomCipher? cipher, out int length, out int unpacked)
    {
        var most = replacement.Length + (_places.Length * (LongestId + 1));
        foreach (var (_, valueLength) in _places)
        {
            most += valueLength;
        }

        var lines = ArrayPool<byte>.Shared.Rent(most);
        unpacked = 0;
        var (first, next, count) = (_number * Buckets.Size, _number * Buckets.Size, (byte)0);
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
            count++;
        }

        length = 0;
        var field = unpacked == 0 ? [] : Brotli.Compress(Version, lines.AsSpan(0, unpacked), out length);
        ArrayPool<byte>.Shared.Return(lines, clearArray: cipher is not null);
        return cipher is null || length == 0 ? field : Encrypt(cipher, count, field, ref length);
    }

    private byte[] Encrypt(RoomCipher cipher, byte count, byte[] field, ref int length)
    {
        var packed = ArrayPool<byte>.Shared.Rent(2 + length + RoomCipher.Overhead);
        (packed[0], packed[1]) = (EncryptedVersion, count);
        cipher.Seal(BoxPlace.Bucket(_number, count), field.AsSpan(0, length), packed.AsSpan(2, length + RoomCipher.Overhead));
        ArrayPool<byte>.Shared.Return(field, clearArray: true);
        length += 2 + RoomCipher.Overhead;
        return packed;
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
