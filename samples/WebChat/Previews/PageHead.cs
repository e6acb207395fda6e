using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace RedisChat.WebChat.Previews;

/// <summary>What a page says of itself: its Open Graph properties, otherwise its title and description. All of it becomes plain text on one line.</summary>
internal static class PageHead
{
    private const int MaxTitle = 200;
    private const int MaxDescription = 400;

    // In linear time, whatever the page holds.
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;
    private static readonly Regex Title = new("<title[^>]*>(?<text>[^<]*)", Options);
    private static readonly Regex Meta = new("""<meta\s(?<attributes>(?:[^>"']|"[^"]*"|'[^']*')*)>""", Options);
    private static readonly Regex Attribute = new("""(?<name>[a-z:-]+)\s*=\s*(?:"(?<value>[^"]*)"|'(?<value>[^']*)'|(?<value>[^\s"'>]+))""", Options);

    /// <summary>The preview of a page; <see langword="null"/> if it has no title.</summary>
    public static LinkPreview? Read(string html, Uri link)
    {
        var properties = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (Match meta in Meta.Matches(html))
        {
            string? name = null, content = null;
            foreach (Match attribute in Attribute.Matches(meta.Groups["attributes"].Value))
            {
                var value = attribute.Groups["value"].Value;
                _ = attribute.Groups["name"].Value.ToUpperInvariant() switch
                {
                    "PROPERTY" or "NAME" => name = value,
                    "CONTENT" => content = value,
                    _ => null,
                };
            }

            if (name is not null && content is not null)
            {
                properties.TryAdd(name, content);
            }
        }

        string? Of(string name, int bytes) => Line(properties.GetValueOrDefault(name), bytes);
        var title = Of("og:title", MaxTitle) ?? Line(Title.Match(html).Groups["text"].Value, MaxTitle);
        return title is null ? null : new LinkPreview
        {
            Address = link.OriginalString,
            Title = title,
            Description = Of("og:description", MaxDescription) ?? Of("description", MaxDescription),
            SiteName = Of("og:site_name", MaxTitle) ?? link.Host,

            // No image: readers' browsers would load it from there, which tells that site who reads the message.
        };
    }

    private static string? Line(string? html, int maxBytes)
    {
        var line = new StringBuilder();
        var bytes = 0;
        foreach (var rune in WebUtility.HtmlDecode(html ?? "").EnumerateRunes())
        {
            var isSpace = Rune.IsWhiteSpace(rune) || Rune.IsControl(rune);
            bytes += isSpace ? 1 : rune.Utf8SequenceLength;
            if (bytes > maxBytes)
            {
                break;
            }

            if (!isSpace)
            {
                line.Append(rune.ToString());
            }
            else if (line.Length > 0 && line[^1] != ' ')
            {
                line.Append(' ');
            }
        }

        return line.ToString().Trim() is { Length: > 0 } text ? text : null;
    }
}
