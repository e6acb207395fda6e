using System.Globalization;
using System.Text;

namespace RedisChat.Search.Sqlite;

/// <summary>
/// Prepares texts and searches for FTS5's tokenizer <c>unicode61</c>. It takes a run of letters for a word, so what stands alone, such as a Chinese character or an emoji, is set apart here; a search for
/// several of them becomes a phrase.
/// </summary>
/// <remarks>A change of what this makes of a text needs a new <see cref="IndexSchema.Version"/>: what is removed from the index must be exactly what was added.</remarks>
internal static class SearchText
{
    /// <summary>The tokenizer. Marks belong to words, as the vowels of many scripts are marks, and symbols can be searched for.</summary>
    public const string Tokenizer = "unicode61 remove_diacritics 2 categories 'L* N* M* Co So'";

    /// <summary>Set between characters. All three are separators for the tokenizer.</summary>
    public const char Gap = '\u0001';

    /// <summary>Set before a match.</summary>
    public const char Open = '\u0002';

    /// <summary>Set behind a match.</summary>
    public const char Close = '\u0003';

    /// <summary>A text for the index: without its gaps, it has the length of the original.</summary>
    public static string Prepare(string text)
    {
        var prepared = new StringBuilder(text.Length + 16);
        Append(prepared, text);
        return prepared.ToString();
    }

    /// <summary>The places that FTS5 has marked in a prepared text.</summary>
    public static IReadOnlyList<TextRange> ReadMarks(string marked)
    {
        var ranges = new List<TextRange>();
        var (at, start) = (0, 0);
        foreach (var c in marked)
        {
            switch (c)
            {
                case Gap:
                    break;
                case Open:
                    start = at;
                    break;
                case Close:
                    ranges.Add(new TextRange(start, at - start));
                    break;
                default:
                    at++;
                    break;
            }
        }

        return ranges;
    }

    /// <summary>An expression of FTS5 that finds the words of a search in the column <c>text</c>; <see langword="null"/> if there is nothing to search for.</summary>
    public static string? ToExpression(string search)
    {
        var phrases = new List<string>();
        foreach (var word in search.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (word.EnumerateRunes().Any(IsOfToken))
            {
                // A quotation mark is a separator for the tokenizer, so nothing is lost without it.
                phrases.Add($"\"{Prepare(word).Replace('"', ' ')}\"");
            }
        }

        if (phrases.Count == 0)
        {
            return null;
        }

        return $"{{text}} : ({string.Join(" AND ", phrases)}{(EndsWithBeginning(search) ? " *" : "")})";
    }

    /// <summary>Whether the end of a search may be the beginning of a word: whoever types one wants to find it before it is complete. A single letter would find almost everything.</summary>
    private static bool EndsWithBeginning(string search)
    {
        var letters = 0;
        foreach (var rune in search.EnumerateRunes())
        {
            letters = !IsOfToken(rune) || IsAlone(rune) ? 0 : Rune.GetUnicodeCategory(rune) == UnicodeCategory.NonSpacingMark ? letters : letters + 1;
        }

        return letters > 1;
    }

    private static void Append(StringBuilder prepared, string text)
    {
        var at = 0;
        while (at < text.Length)
        {
            if (Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var length) != System.Buffers.OperationStatus.Done || rune.Value is 0 or Gap or Open or Close || IsLook(rune))
            {
                // Half of a surrogate pair, or what would be mistaken for a mark.
                prepared.Append(' ', length);
            }
            else if (IsAlone(rune))
            {
                prepared.Append(Gap).Append(text, at, length).Append(Gap);
            }
            else
            {
                prepared.Append(text, at, length);
            }

            at += length;
        }
    }

    private static bool IsOfToken(Rune rune) =>
        !IsLook(rune)
        && Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter
            or UnicodeCategory.OtherLetter or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber or UnicodeCategory.PrivateUse or UnicodeCategory.OtherSymbol;

    /// <summary>Whether a character only says how to draw the one before: a variation, or the tone of a skin.</summary>
    private static bool IsLook(Rune rune) => rune.Value is (>= 0xFE00 and <= 0xFE0F) or (>= 0x1F3FB and <= 0x1F3FF);

    /// <summary>Whether a character is a word of its own: of scripts that put no spaces between words, or whose words are searched for in parts, and symbols.</summary>
    private static bool IsAlone(Rune rune) => rune.Value switch
    {
        < 0xA0 => false,
        >= 0x0E00 and <= 0x0EFF => true, // Thai, Lao
        >= 0x1000 and <= 0x109F => true, // Myanmar
        >= 0x1780 and <= 0x17FF => true, // Khmer
        >= 0x2E80 and <= 0x2FDF => true, // radicals
        >= 0x3005 and <= 0x312F => true, // Hiragana, Katakana, Bopomofo
        >= 0x31A0 and <= 0x31FF => true,
        >= 0x3400 and <= 0x4DBF => true, // Han
        >= 0x4E00 and <= 0x9FFF => true,
        >= 0xAC00 and <= 0xD7AF => true, // Hangul
        >= 0xF900 and <= 0xFAFF => true,
        >= 0xFF66 and <= 0xFF9F => true, // Katakana of half width
        >= 0x20000 and <= 0x3FFFF => true,
        _ => Rune.GetUnicodeCategory(rune) == UnicodeCategory.OtherSymbol,
    };
}
