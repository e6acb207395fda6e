using System.Globalization;
using System.Text;

namespace RedisChat;

/// <summary>Finds mentions in a text, such as <c>@ann</c> or <c>@everyone</c>. Pure: it knows no room. Thread-safe.</summary>
/// <remarks>
/// <para>
/// A mention is an <c>@</c> and a name directly behind it. It is none inside of an e-mail address or a URL, or if another <c>@</c> follows the name. Without
/// <see cref="MentionSearch.Users"/>, a name is a word of letters, digits and <c>_</c> in any script, with <c>-</c> and <c>.</c> inside of it but not at its end, and is taken as
/// the user's id.
/// </para>
/// <para>What was found may be more than the sender may mention, or than <see cref="ChatLimits.MaxMentions"/>: the send checks that.</para>
/// <code>
/// var message = new NewMessage(user, text) { Mentions = [.. MentionFinder.Find(text).Select(found => found.Mention)] };
/// </code>
/// </remarks>
public static class MentionFinder
{
    // Before an "@", these are part of an e-mail address, a path or another "@".
    private const string Joins = "@._%+-/&=#";

    private static readonly string[] UrlStarts = ["www.", "mailto:", "xmpp:", "sip:"];

    /// <summary>Finds the mentions in a text, in its order. Someone who is mentioned twice is found twice.</summary>
    /// <param name="text">The text.</param>
    /// <param name="search">What to look for; users by id, and <c>@everyone</c>, if omitted.</param>
    public static IReadOnlyList<FoundMention> Find(string text, MentionSearch? search = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        search ??= MentionSearch.Default;
        var found = new List<FoundMention>();
        NamedUsers? users = null;
        var (isInUrl, isAtStart) = (false, true);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsWhiteSpace(c))
            {
                (isInUrl, isAtStart) = (false, true);
                continue;
            }

            if (isAtStart && (char.IsLetter(c) || c == '@'))
            {
                isAtStart = false;
                isInUrl = Array.Exists(UrlStarts, start => text.AsSpan(i).StartsWith(start, StringComparison.OrdinalIgnoreCase));
            }

            isInUrl |= c == ':' && i > 0 && char.IsAsciiLetterOrDigit(text[i - 1]) && text.AsSpan(i + 1).StartsWith("//");
            if (c != '@' || isInUrl || (i > 0 && JoinsNext(text[i - 1])))
            {
                continue;
            }

            var rest = text.AsSpan(i + 1);
            users ??= search.Users is null ? null : new NamedUsers(search.Users);
            if (Match(rest, search, users) is not { } mention)
            {
                continue;
            }

            if (mention.Length < rest.Length && rest[mention.Length] == '@')
            {
                // An address of another kind, such as @ann@example.org.
                continue;
            }

            found.Add(new FoundMention(mention.Mention, i, mention.Length + 1));
            i += mention.Length;
        }

        return found;
    }

    private static (Mention Mention, int Length)? Match(ReadOnlySpan<char> rest, MentionSearch search, NamedUsers? users)
    {
        var word = WordLength(rest);
        var name = rest[..word];
        if (search.Everyone is { } everyone && name.Equals(everyone, StringComparison.OrdinalIgnoreCase))
        {
            return (Mention.Everyone, word);
        }

        foreach (var role in search.Roles)
        {
            if (name.Equals(role, StringComparison.OrdinalIgnoreCase) || (name.Length == role.Length + 1 && name[^1] is 's' or 'S' && name[..^1].Equals(role, StringComparison.OrdinalIgnoreCase)))
            {
                return (Mention.Role(role), word);
            }
        }

        if (users is not null)
        {
            return users.Find(rest) is var (user, length) ? (Mention.User(user), length) : null;
        }

        return word > 0 && Encoding.UTF8.GetByteCount(name) <= ChatLimits.MaxIdBytes ? (Mention.User(name.ToString()), word) : null;
    }

    /// <summary>The length of the word that a text begins with, without <c>-</c> and <c>.</c> at its end.</summary>
    private static int WordLength(ReadOnlySpan<char> text)
    {
        var (length, at) = (0, 0);
        while (at < text.Length && Rune.DecodeFromUtf16(text[at..], out var rune, out var size) == System.Buffers.OperationStatus.Done)
        {
            var isInner = rune.Value is '-' or '.' or 0x200C or 0x200D;
            if (!(IsOfWord(rune) || (isInner && at > 0)))
            {
                break;
            }

            at += size;
            length = isInner ? length : at;
        }

        return length;
    }

    private static bool IsOfWord(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter
            or UnicodeCategory.OtherLetter or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.NonSpacingMark
            or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.ConnectorPunctuation;

    /// <summary>Whether an <c>@</c> directly behind this character belongs to it, as in an e-mail address.</summary>
    private static bool JoinsNext(char before) =>
        Joins.Contains(before, StringComparison.Ordinal) || (char.IsLetterOrDigit(before) && !IsUnspaced(before));

    /// <summary>Whether a character is of a script that puts no spaces between words: Thai, Lao, Myanmar, Khmer, Chinese, Japanese. There a mention may follow a letter, and a letter a name.</summary>
    private static bool IsUnspaced(char c) => c is (>= '\u0E00' and <= '\u0EFF') or (>= '\u1000' and <= '\u109F') or (>= '\u1780' and <= '\u17FF') or (>= '\u2E80' and <= '\uA4CF') or (>= '\uF900' and <= '\uFAFF');

    /// <summary>The names that are looked for, by their first character and longest first.</summary>
    private sealed class NamedUsers
    {
        private readonly Dictionary<char, List<(string Name, string User)>> _byFirst = [];

        public NamedUsers(IReadOnlyDictionary<string, string> users)
        {
            foreach (var (name, user) in users.Where(entry => entry.Key.Length > 0).OrderByDescending(entry => entry.Key.Length))
            {
                var first = char.ToUpperInvariant(name[0]);
                if (!_byFirst.TryGetValue(first, out var names))
                {
                    _byFirst.Add(first, names = []);
                }

                names.Add((name, user));
            }
        }

        /// <summary>The user with the longest name that a text begins with.</summary>
        public (string User, int Length)? Find(ReadOnlySpan<char> text)
        {
            if (text.IsEmpty || !_byFirst.TryGetValue(char.ToUpperInvariant(text[0]), out var names))
            {
                return null;
            }

            foreach (var (name, user) in names)
            {
                if (text.StartsWith(name, StringComparison.OrdinalIgnoreCase) && EndsAt(text, name.Length))
                {
                    return (user, name.Length);
                }
            }

            return null;
        }

        // "@Ann" is not in "@Anna", nor in "@Ann-Marie", but it is in "@Ann.".
        private static bool EndsAt(ReadOnlySpan<char> text, int length)
        {
            if (length == text.Length || IsUnspaced(text[length]))
            {
                return true;
            }

            var rest = text[length..];
            var joined = rest[0] is '-' or '.' ? rest[1..] : rest;
            return Rune.DecodeFromUtf16(joined, out var next, out _) != System.Buffers.OperationStatus.Done || !IsOfWord(next);
        }
    }
}
