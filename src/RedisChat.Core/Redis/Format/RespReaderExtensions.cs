using RESPite.Messages;

namespace RedisChat.Redis;

/// <summary>Reads parts of a server's answer.</summary>
internal static class RespReaderExtensions
{
    /// <summary>The bytes of a string, copied only if they are not contiguous.</summary>
    public static ReadOnlySpan<byte> ReadSpan(this scoped in RespReader reader) => reader.TryGetSpan(out var bytes) ? bytes : reader.ReadByteArray();
}
