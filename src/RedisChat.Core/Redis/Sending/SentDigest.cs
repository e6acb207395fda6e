using System.Globalization;

namespace RedisChat.Redis;

/// <summary>
/// The stored digests by which a repetition of a send is recognized: lower-case hex, without leading zeros. In an encrypted room, the name of the data key that the digest was made with comes first, and the digest has
/// all of its 16 digits.
/// </summary>
internal static class SentDigest
{
    private const int Digits = 16;

    /// <summary>A digest without a key.</summary>
    public static string Of(ulong digest) => digest.ToString("x", CultureInfo.InvariantCulture);

    /// <summary>A digest that was made with a data key.</summary>
    public static string Of(ulong digest, string key) => string.Create(CultureInfo.InvariantCulture, $"{key}{digest:x16}");

    /// <summary>
    /// Whether two digests show that the messages differ. Those of different keys show nothing: the room's keys were deleted in between, or it was not encrypted before. The script compares in the same way.
    /// </summary>
    public static bool Differ(string one, string other) => one != other && KeyIn(one).SequenceEqual(KeyIn(other));

    private static ReadOnlySpan<char> KeyIn(string digest) => digest.Length > Digits ? digest.AsSpan(0, digest.Length - Digits) : [];
}
