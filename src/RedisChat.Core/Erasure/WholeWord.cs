namespace RedisChat;

/// <summary>Finds an id as a whole word, so that <c>tom</c> is not found in <c>tomorrow</c>.</summary>
internal static class WholeWord
{
    /// <summary>Whether a text contains a word with no letter, digit, hyphen or underscore next to it.</summary>
    public static bool IsIn(string text, string word)
    {
        for (var at = text.IndexOf(word, StringComparison.Ordinal); at >= 0; at = text.IndexOf(word, at + 1, StringComparison.Ordinal))
        {
            var end = at + word.Length;
            if (!(at > 0 && IsPart(word[0]) && IsPart(text[at - 1])) && !(end < text.Length && IsPart(word[^1]) && IsPart(text[end])))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsPart(char c) => char.IsLetterOrDigit(c) || c is '_' or '-';
}
