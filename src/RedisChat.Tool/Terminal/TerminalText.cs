using System.Text;

namespace RedisChat.Terminal;

/// <summary>Makes text from others safe to print on one line of a terminal.</summary>
internal static class TerminalText
{
    /// <summary>
    /// Replaces with U+FFFD all characters that could move the cursor, color the screen, start a new line or reverse the reading order.
    /// </summary>
    /// <remarks>Joiners and variation selectors stay: emoji are made of them, and they change nothing outside their own glyph.</remarks>
    public static string Clean(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var clean = new StringBuilder(text.Length);

        // Half of a surrogate pair is enumerated as U+FFFD.
        foreach (var rune in text.EnumerateRunes())
        {
            clean.Append((IsHarmful(rune) ? Rune.ReplacementChar : rune).ToString());
        }

        return clean.ToString();
    }

    private static bool IsHarmful(Rune rune) =>
        Rune.IsControl(rune)
        || rune.Value is 0x2028 or 0x2029 // line and paragraph separator
            or 0x061C or 0x200E or 0x200F or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069); // writing direction
}
