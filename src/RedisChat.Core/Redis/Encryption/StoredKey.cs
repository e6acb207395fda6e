using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The fields of the hash with data keys: <c>current</c>, the name of the key for new values; and for each key, by its name, when it was created (µs), a space, and the wrapped key in Base64.</summary>
internal static class StoredKey
{
    /// <summary>The field with the name of the key for new values.</summary>
    public const string Current = "current";

    /// <summary>A wrapped key, without the time, which the script adds.</summary>
    public static RedisValue Write(byte[] wrapped) => Convert.ToBase64String(wrapped);

    /// <summary>The same key, rewrapped.</summary>
    public static RedisValue Write(long createdAt, byte[] wrapped) => $"{createdAt} {Convert.ToBase64String(wrapped)}";

    /// <summary>Reads a field's value; <see langword="false"/> if it is not a wrapped key.</summary>
    public static bool TryRead(RedisValue value, out long createdAt, out byte[] wrapped)
    {
        (createdAt, wrapped) = (0, []);
        if (((string?)value)?.Split(' ') is not [var time, var text] || !StrictNumber.TryRead(time, out createdAt))
        {
            return false;
        }

        wrapped = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, wrapped, out var length))
        {
            return false;
        }

        wrapped = wrapped[..length];
        return true;
    }
}
