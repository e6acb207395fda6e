using System.Globalization;
using System.Security.Cryptography;

namespace RedisChat.Redis;

/// <summary>The digest of a field's value, as the scripts compute it: SHA-1 in lower-case hex. It only distinguishes states of the field; it protects nothing.</summary>
internal static class FieldDigest
{
#pragma warning disable CA5350
    public static string Of(ReadOnlySpan<byte> value) => Convert.ToHexString(SHA1.HashData(value)).ToLower(CultureInfo.InvariantCulture);
#pragma warning restore CA5350
}
