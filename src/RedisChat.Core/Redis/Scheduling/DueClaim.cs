using System.Globalization;

namespace RedisChat.Redis;

/// <summary>A claim of an entry of what is due, as text: <c>until digest entry</c>.</summary>
/// <param name="Until">The score that the claim gave the entry, µs: if it has another one, something has changed it since.</param>
/// <param name="Digest">See <see cref="DigestOf"/>.</param>
/// <param name="Entry">The entry.</param>
internal readonly record struct DueClaim(long Until, string Digest, string Entry)
{
    public static DueClaim Read(string text)
    {
        var parts = text.Split(' ', 3);
        return new DueClaim(long.Parse(parts[0], CultureInfo.InvariantCulture), parts[1], parts[2]);
    }

    /// <summary>The digest of a message's stored value, by which it is recognized when it is sent; of an encrypted one, then a colon and the name of its data key, which must not have been deleted by then.</summary>
    public static string DigestOf(ReadOnlySpan<byte> value) =>
        EncryptedJson.KeyIn(value) is { } key ? $"{FieldDigest.Of(value)}:{DataKey.NameOf(key)}" : FieldDigest.Of(value);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Until} {Digest} {Entry}");
}
