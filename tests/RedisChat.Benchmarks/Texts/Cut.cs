using System.Buffers;
using System.Text;

namespace RedisChat.Benchmarks.Texts;

/// <summary>Cuts texts where people pause.</summary>
internal static class Cut
{
    private static readonly SearchValues<char> SentenceEnds = SearchValues.Create(".!?。！？;；…");
    private static readonly SearchValues<char> Pauses = SearchValues.Create(" ,，、。：；");

    /// <summary>The sentences of a passage.</summary>
    public static IEnumerable<string> IntoSentences(string passage)
    {
        while (passage.Length > 0)
        {
            var end = passage.AsSpan().IndexOfAny(SentenceEnds);
            end = end < 0 ? passage.Length - 1 : end;
            while (end + 1 < passage.Length && passage[end + 1] is not ' ' && (SentenceEnds.Contains(passage[end + 1]) || IsQuote(passage[end + 1])))
            {
                end++;
            }

            var sentence = passage[..(end + 1)].Trim();
            if (sentence.Any(char.IsLetter))
            {
                yield return sentence;
            }

            passage = passage[(end + 1)..];
        }
    }

    /// <summary>The longest beginning of a text that is at most so long in UTF-8 and ends at a word's end.</summary>
    public static string ToBytes(string text, int bytes)
    {
        if (Encoding.UTF8.GetByteCount(text) <= bytes)
        {
            return text;
        }

        var length = 0;
        var used = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (used + rune.Utf8SequenceLength > bytes)
            {
                break;
            }

            used += rune.Utf8SequenceLength;
            length += rune.Utf16SequenceLength;
        }

        // Texts without spaces are cut anywhere.
        var pause = text.AsSpan(0, length + 1).LastIndexOfAny(Pauses);
        return text[..(pause > length * 2 / 3 ? pause : length)].TrimEnd();
    }

    private static bool IsQuote(char c) => c is '"' or '\'' or '”' or '’' or '»' or '“' or '」' or '』' or '”';
}
