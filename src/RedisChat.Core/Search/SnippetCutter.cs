using System.Globalization;
using System.Text;

namespace RedisChat;

/// <summary>Cuts out of a text what surrounds the first match.</summary>
internal static class SnippetCutter
{
    private const int Length = 160;
    private const int Before = 40;
    private const string Ellipsis = "…";

    public static SearchSnippet Cut(string text, IReadOnlyList<TextRange> highlights)
    {
        var (start, end) = (0, text.Length);
        if (text.Length > Length)
        {
            start = StartOfWord(text, Math.Max(0, highlights[0].Start - Before), highlights[0].Start);
            end = StartOfCharacter(text, Math.Min(text.Length, start + Length), start);
        }

        var line = new StringBuilder(end - start + 2).Append(start > 0 ? Ellipsis : "");
        var shift = line.Length - start;
        foreach (var c in text.AsSpan(start, end - start))
        {
            // One character for each, so that the highlights keep their places.
            line.Append(char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c);
        }

        return new SearchSnippet
        {
            Text = line.Append(end < text.Length ? Ellipsis : "").ToString(),
            Highlights =
            [
                .. highlights.Where(range => range.Start < end && range.End > start).Select(range =>
                {
                    var first = Math.Max(range.Start, start);
                    return new TextRange(first + shift, Math.Min(range.End, end) - first);
                }),
            ],
        };
    }

    /// <summary>The first beginning of a word from an index on, up to a limit; if there is none, the beginning of the character.</summary>
    private static int StartOfWord(string text, int at, int limit)
    {
        if (at == 0)
        {
            return 0;
        }

        for (var i = at; i < limit; i++)
        {
            if (char.IsWhiteSpace(text[i - 1]) && !char.IsWhiteSpace(text[i]))
            {
                return i;
            }
        }

        return StartOfCharacter(text, at, 0);
    }

    /// <summary>The beginning of what people see as one character, so that no emoji and no accent is torn apart.</summary>
    private static int StartOfCharacter(string text, int at, int least)
    {
        // Longer sequences are not made by people.
        var from = Math.Max(least, at - 64);
        while (from > least && char.IsLowSurrogate(text[from]))
        {
            from--;
        }

        if (at >= text.Length)
        {
            return text.Length;
        }

        while (from < at)
        {
            var length = StringInfo.GetNextTextElementLength(text, from);
            if (from + length > at)
            {
                return from > least ? from : at;
            }

            from += length;
        }

        return at;
    }
}
