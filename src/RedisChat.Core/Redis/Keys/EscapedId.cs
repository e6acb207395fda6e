using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace RedisChat.Redis;

/// <summary>An id as a part of a key: percent-encoded, so that it contains no separator of keys and differs from every other id's form.</summary>
internal static class EscapedId
{
    public static string Of(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (id.Length == 0)
        {
            // "{}" is not a hash tag: Redis would hash the whole key, and the room's keys would end up in different slots.
            // A lone "%" is unused, because below every "%" is followed by a hex digit or "u".
            return "%";
        }

        for (var i = 0; i < id.Length; i++)
        {
            if (NeedsEscape(id[i]) || char.IsSurrogate(id[i]))
            {
                return EscapeFrom(id);
            }
        }

        return id;
    }

    /// <summary>An id as one word of a live event and one part of a change log entry. A tilde would begin the event's trace.</summary>
    public static string Word(string id) => Of(id).Replace(" ", "%20", StringComparison.Ordinal).Replace("~", "%7E", StringComparison.Ordinal);

    /// <summary>The id that <see cref="Word"/> was given; only for ids that <see cref="Chat"/> accepts, without control characters and halves of pairs.</summary>
    public static string FromWord(string word) => Uri.UnescapeDataString(word);

    /// <summary>The id that <see cref="Of"/> was given.</summary>
    /// <returns>Whether the text is the form of an id.</returns>
    public static bool TryRead(string text, [NotNullWhen(true)] out string? id)
    {
        id = text == "%" ? "" : text;
        if (id.Contains('%', StringComparison.Ordinal))
        {
            var read = new StringBuilder(text.Length);
            for (var i = 0; i < text.Length; i++)
            {
                if (text[i] != '%')
                {
                    read.Append(text[i]);
                    continue;
                }

                var digits = i + 1 < text.Length && text[i + 1] == 'u' ? 4 : 2;
                var start = i + (digits == 4 ? 2 : 1);
                if (start + digits > text.Length || !ushort.TryParse(text.AsSpan(start, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
                {
                    id = null;
                    return false;
                }

                read.Append((char)code);
                i = start + digits - 1;
            }

            id = read.ToString();
        }

        // Exactly one text is the form of an id.
        if (Of(id) != text)
        {
            id = null;
        }

        return id is not null;
    }

    private static string EscapeFrom(string id)
    {
        var escaped = new StringBuilder(id.Length + 16);
        for (var i = 0; i < id.Length; i++)
        {
            var c = id[i];
            if (char.IsHighSurrogate(c) && i + 1 < id.Length && char.IsLowSurrogate(id[i + 1]))
            {
                escaped.Append(c).Append(id[++i]);
            }
            else if (char.IsSurrogate(c))
            {
                // UTF-8 has no form for half of a surrogate pair; the encoder would turn each into the same U+FFFD.
                escaped.Append(CultureInfo.InvariantCulture, $"%u{(int)c:X4}");
            }
            else if (NeedsEscape(c))
            {
                escaped.Append(CultureInfo.InvariantCulture, $"%{(int)c:X2}");
            }
            else
            {
                escaped.Append(c);
            }
        }

        return escaped.ToString();
    }

    private static bool NeedsEscape(char c) => c is '%' or '{' or '}' or ':' || char.IsControl(c);
}
