namespace RedisChat;

/// <summary>Finds the web links in a text.</summary>
/// <remarks>
/// A link begins with <c>http://</c> or <c>https://</c> at the start of a word, and ends before white space, a control character, a quotation mark or an angle bracket. Punctuation at its end belongs to the
/// sentence, and so does a closing bracket that the link does not open. Links with a user name or password, without a host, or of more than <see cref="ChatLimits.MaxLinkBytes"/> bytes of UTF-8 are left out.
/// </remarks>
public static class LinkFinder
{
    private const string Scheme = "http";
    private const string Ends = "<>\"“”«»`";
    private const string Punctuation = ".,;:!?'*_~…";

    /// <summary>The links of a text, each once, in the order of the text, as they are written there.</summary>
    /// <param name="text">The text.</param>
    /// <param name="most">How many are enough.</param>
    public static IReadOnlyList<string> Find(string text, int most = ChatLimits.MaxLinkPreviews)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<string>? found = null;
        for (var start = 0; (found?.Count ?? 0) < most && (start = text.IndexOf(Scheme, start, StringComparison.OrdinalIgnoreCase)) >= 0;)
        {
            var link = text.AsSpan(start, LengthAt(text, start));
            start += Math.Max(link.Length, Scheme.Length);
            if (IsLink(link, out var word) && found?.Contains(word) != true)
            {
                (found ??= []).Add(word);
            }
        }

        return found ?? (IReadOnlyList<string>)[];
    }

    /// <summary>The length of the link at a place, without the punctuation that follows it; 0 if none begins there.</summary>
    private static int LengthAt(string text, int start)
    {
        var rest = text.AsSpan(start);
        var prefix = rest.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? 8 : rest.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? 7 : 0;
        if (prefix == 0 || (start > 0 && char.IsLetterOrDigit(text[start - 1])))
        {
            return 0;
        }

        var end = prefix;
        while (end < rest.Length && !char.IsWhiteSpace(rest[end]) && !char.IsControl(rest[end]) && !Ends.Contains(rest[end]))
        {
            end++;
        }

        // Counted once: counting again for each bracket would take quadratic time.
        var link = rest[..end];
        Span<int> unopened = [link.Count(')') - link.Count('('), link.Count(']') - link.Count('['), link.Count('}') - link.Count('{')];
        for (; end > prefix; end--)
        {
            var bracket = ")]}".IndexOf(rest[end - 1], StringComparison.Ordinal);
            if (bracket >= 0 && unopened[bracket] > 0)
            {
                unopened[bracket]--;
            }
            else if (!Punctuation.Contains(rest[end - 1]))
            {
                return end;
            }
        }

        return 0;
    }

    private static bool IsLink(ReadOnlySpan<char> link, out string word)
    {
        word = "";
        if (link.IsEmpty || System.Text.Encoding.UTF8.GetByteCount(link) > ChatLimits.MaxLinkBytes)
        {
            return false;
        }

        word = link.ToString();
        return Uri.TryCreate(word, UriKind.Absolute, out var uri) && uri.Host.Length > 0 && uri.UserInfo.Length == 0 && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps);
    }
}
