using System.Diagnostics.CodeAnalysis;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>One message as it was found: a field of an open bucket, or part of a sealed one. Encrypted ones are decrypted.</summary>
internal sealed class StoredMessage : IDisposable
{
    private readonly SealedBucket? _bucket;
    private readonly RoomCipher? _cipher;
    private readonly ReadOnlyMemory<byte> _value;
    private readonly bool _isUnreadable;
    private readonly bool _mayBeEncrypted;

    private StoredMessage(long id, RedisValue content, RoomCipher? cipher, bool mayBeEncrypted)
    {
        Id = id;
        Content = content;
        _cipher = cipher;
        _mayBeEncrypted = mayBeEncrypted || cipher is not null;
        Exists = true;
        if (cipher is null)
        {
            _value = content;
            Lacking = mayBeEncrypted ? EncryptedJson.KeyIn(((ReadOnlyMemory<byte>)content).Span) : null;
            return;
        }

        var plain = EncryptedValue.TryOpen(cipher, BoxPlace.Message(id), content, out var lacking);
        _value = plain ?? (ReadOnlyMemory<byte>)content;
        _isUnreadable = plain is null;
        Lacking = lacking;
    }

    private StoredMessage(long id, RedisValue content, RoomCipher? cipher, SealedBucket? bucket, uint? lacking)
    {
        Id = id;
        Content = content;
        IsSealed = true;
        _mayBeEncrypted = true;
        _cipher = cipher;
        _bucket = bucket;
        Lacking = lacking;
        Exists = bucket is null || bucket.TryGet(id, out _value);
    }

    public long Id { get; }

    public bool IsSealed { get; }

    /// <summary>The field of the hash.</summary>
    public RedisValue Field => IsSealed ? Id / Buckets.Size : Id;

    /// <summary>The field's value.</summary>
    public RedisValue Content { get; }

    /// <summary>Whether the message exists, readable or not.</summary>
    public bool Exists { get; }

    /// <summary>The stored value, decrypted if it was encrypted.</summary>
    public ReadOnlySpan<byte> Value => _value.Span;

    /// <summary>The data key that is needed to read it, if it is not among those of the cipher; otherwise <see langword="null"/>.</summary>
    public uint? Lacking { get; }

    /// <summary>The data key with which the field's value is encrypted; <see langword="null"/> if it is not.</summary>
    public uint? Key => !_mayBeEncrypted ? null
        : IsSealed ? SealedBucket.KeyIn(((ReadOnlyMemory<byte>)Content).Span)
        : EncryptedJson.KeyIn(((ReadOnlyMemory<byte>)Content).Span);

    /// <summary>Whether the field's value is encrypted, and its key is there.</summary>
    public bool IsDecrypted => Key is not null && Lacking is null;

    /// <summary>A field of an open bucket.</summary>
    /// <param name="id">The message.</param>
    /// <param name="content">The field's value.</param>
    /// <param name="cipher">The room's cipher; <see langword="null"/> if there is none.</param>
    /// <param name="mayBeEncrypted">Whether the chat encrypts some rooms, so that the value may be encrypted though there is no cipher.</param>
    public static StoredMessage Open(long id, RedisValue content, RoomCipher? cipher = null, bool mayBeEncrypted = false) => new(id, content, cipher, mayBeEncrypted);

    public static StoredMessage Sealed(long id, RedisValue content, RoomCipher? cipher = null) => new(
        id, content, cipher, SealedBucket.TryOpen(id / Buckets.Size, ((ReadOnlyMemory<byte>)content).Span, cipher, out var lacking), lacking);

    /// <summary>The same message with another value of its field.</summary>
    public StoredMessage With(RedisValue content) => IsSealed ? Sealed(Id, content, _cipher) : Open(Id, content, _cipher, _mayBeEncrypted);

    /// <summary>
    /// Whether a cipher can read the field, or could if it were encrypted. If not, its key was deleted after it was decrypted, or the cipher is not the room's: the decrypted value must not be stored again.
    /// </summary>
    public bool IsOpenTo(RoomCipher? cipher) => Key is not { } key || Lacking is not null || cipher?.Keys.TryGet(key, out _) == true;

    /// <summary>Parses the message; <see langword="false"/> if the value is not a message.</summary>
    public bool TryRead([NotNullWhen(true)] out Message? message)
    {
        message = null;
        return !_isUnreadable && MessageJson.TryRead(Id, Value, out message);
    }

    /// <summary>Why it could not be read.</summary>
    public EncryptionProblem? Problem => EncryptionProblem.Of(
        _cipher,
        !IsSealed ? EncryptedJson.KeyIn(((ReadOnlyMemory<byte>)Content).Span)
        : _bucket is null ? SealedBucket.KeyIn(((ReadOnlyMemory<byte>)Content).Span)
        : null);

    /// <summary>The content of the field with a new value of the message.</summary>
    /// <param name="value">The value; empty to remove the message from a sealed bucket.</param>
    /// <param name="cipher">Encrypts it; <see langword="null"/> to leave it plain.</param>
    /// <exception cref="ChatException">The content of a sealed bucket would be too long.</exception>
    public byte[] Replace(ReadOnlySpan<byte> value, RoomCipher? cipher)
    {
        if (!IsSealed)
        {
            return cipher is null ? value.ToArray() : EncryptedValue.Seal(cipher, BoxPlace.Message(Id), value);
        }

        return _bucket!.TryReplace(Id, value, cipher, out var field)
            ? field
            : throw new ChatException("The message is in a sealed bucket, and its new text would make the bucket too long to be read.");
    }

    public void Dispose() => _bucket?.Dispose();
}
