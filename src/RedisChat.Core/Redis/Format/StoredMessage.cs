using System.Diagnostics.CodeAnalysis;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>One message as it was found: a field of an open bucket, or part of a sealed one.</summary>
internal sealed class StoredMessage : IDisposable
{
    private readonly SealedBucket? _bucket;
    private readonly ReadOnlyMemory<byte> _value;

    private StoredMessage(long id, RedisValue content, SealedBucket? bucket, bool isSealed)
    {
        Id = id;
        Content = content;
        IsSealed = isSealed;
        _bucket = bucket;
        _value = isSealed ? default : content;
        Exists = !isSealed || bucket is null || bucket.TryGet(id, out _value);
    }

    public long Id { get; }

    public bool IsSealed { get; }

    /// <summary>The field of the hash.</summary>
    public RedisValue Field => IsSealed ? Id / Buckets.Size : Id;

    /// <summary>The field's value.</summary>
    public RedisValue Content { get; }

    /// <summary>Whether the message exists, readable or not.</summary>
    public bool Exists { get; }

    /// <summary>The stored value.</summary>
    public ReadOnlySpan<byte> Value => _value.Span;

    public static StoredMessage Open(long id, RedisValue content) => new(id, content, null, isSealed: false);

    public static StoredMessage Sealed(long id, RedisValue content) => new(
        id, content, SealedBucket.TryOpen(id / Buckets.Size, ((ReadOnlyMemory<byte>)content).Span), isSealed: true);

    /// <summary>The same message with another value of its field.</summary>
    public StoredMessage With(RedisValue content) => IsSealed ? Sealed(Id, content) : Open(Id, content);

    /// <summary>Parses the message; <see langword="false"/> if the value is not a message.</summary>
    public bool TryRead([NotNullWhen(true)] out Message? message) => MessageJson.TryRead(Id, Value, out message);

    /// <summary>The content of a sealed bucket's field with a new value of the message, or without the message.</summary>
    /// <exception cref="ChatException">The content would be too long.</exception>
    public byte[] Replace(ReadOnlySpan<byte> value) =>
        _bucket!.TryReplace(Id, value, out var field)
            ? field
            : throw new ChatException("The message is in a sealed bucket, and its new text would make the bucket too long to be read.");

    public void Dispose() => _bucket?.Dispose();
}
