using System.Text;

namespace RedisChat;

/// <summary>Normalizes an emoji to the form under which its reactions are counted.</summary>
/// <remarks>
/// Variation selectors (U+FE0E, U+FE0F) are removed: they only choose between a black-and-white and a colored image, and keyboards differ in whether they
/// send them. Emoji have no other equivalent forms, and Unicode normalization does not change them. Skin tones and joined sequences remain distinct.
/// </remarks>
internal static class EmojiKey
{
    /// <summary>
    /// Twice the bytes of the longest sequence that Unicode recommends for general interchange (a kiss of two people with skin tones: 35 bytes in UTF-8).
    /// </summary>
    public const int MaxBytes = 64;

    public static string Of(string emoji, string name = "emoji")
    {
        if (string.IsNullOrEmpty(emoji))
        {
            throw new ChatInputException("A reaction must not be empty.", name);
        }

        var key = emoji.AsSpan().ContainsAny('\uFE0E', '\uFE0F')
            ? emoji.Replace("\uFE0E", "", StringComparison.Ordinal).Replace("\uFE0F", "", StringComparison.Ordinal)
            : emoji;
        foreach (var rune in key.EnumerateRunes())
        {
            // An invalid half of a surrogate pair is enumerated as the replacement character.
            if (rune == Rune.ReplacementChar || Rune.IsControl(rune) || Rune.IsWhiteSpace(rune))
            {
                throw new ChatInputException("A reaction is one emoji or short name: it must not contain white space, control characters or invalid Unicode.", name);
            }
        }

        if (key.Length == 0 || Encoding.UTF8.GetByteCount(key) > MaxBytes)
        {
            throw new ChatInputException($"A reaction is one emoji or short name: 1 to {MaxBytes} bytes of UTF-8.", name);
        }

        return key;
    }
}
