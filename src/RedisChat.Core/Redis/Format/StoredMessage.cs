using System.Diagnostics.CodeAnalysis;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>One message as it was found: a field of an open bucket, or a part of a sealed one.</summary>
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

    /// <summary>What the field holds.</summary>
    public RedisValue Content { get; }

    /// <summary>Whether there is such a message, or something that cannot be read.</summary>
    public bool Exists { get; }

    /// <summary>The stored value.</summary>
    public ReadOnlySpan<byte> Value => _value.Span;

    public static StoredMessage Open(long id, RedisValue content) => new(id, content, null, isSealed: false);

    public static StoredMessage Sealed(long id, RedisValue content) => new(
        id, content, SealedBucket.TryOpen(id / Buckets.Size, ((ReadOnlyMemory<byte>)content).Span), isSealed: true);

    /// <summary>Another state of the same field.</summary>
    public StoredMessage With(RedisValue content) => IsSealed ? Sealed(Id, content) : Open(Id, content);

    /// <summary>The message, if it is one.</summary>
    public bool TryRead([NotNullWhen(true)] out Message? message) => MessageJson.TryRead(Id, Value, out message);

    /// <summary>What a sealed bucket's field holds with another value of the message, or without it.</summary>
    /// <exception cref="ChatException">It would be too long.</exception>
    public byte[] Replace(ReadOnlySpan<byte> value) =>
        _bucket!.TryReplace(Id, value, out var field)
            ? field
            : throw new ChatException("The message is in a sealed bucket, and its new text would make that too long to be read.");

    public void Dispose() => _bucket?.Dispose();
}
