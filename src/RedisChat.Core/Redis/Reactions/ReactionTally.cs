using System.Globalization;
using System.Text;

namespace RedisChat.Redis;

/// <summary>
/// Stored reactions: alternating names and counts, with one space between all words. In a message's field, the revision of the last change precedes
/// them; in a user's field, nothing does.
/// </summary>
internal static class ReactionTally
{
    /// <summary>Parses the reactions to a message.</summary>
    /// <param name="field">The stored value.</param>
    /// <param name="revision">The revision of the last change.</param>
    /// <param name="reactions">The reactions.</param>
    /// <returns>Whether the value is valid.</returns>
    public static bool TryRead(ReadOnlySpan<byte> field, out long revision, out IReadOnlyList<Reaction> reactions)
    {
        reactions = [];
        var end = field.IndexOf((byte)' ');
        return StrictNumber.TryRead(end < 0 ? field : field[..end], out revision) && TryReadPairs(end < 0 ? default : field[(end + 1)..], out reactions);
    }

    /// <summary>Parses names and counts.</summary>
    /// <returns>Whether the text is valid.</returns>
    public static bool TryReadPairs(ReadOnlySpan<byte> text, out IReadOnlyList<Reaction> reactions)
    {
        var read = new List<Reaction>();
        reactions = read;
        while (!text.IsEmpty)
        {
            var nameEnd = text.IndexOf((byte)' ');
            if (nameEnd < 1)
            {
                return false;
            }

            var rest = text[(nameEnd + 1)..];
            var countEnd = rest.IndexOf((byte)' ');
            if (!StrictNumber.TryRead(countEnd < 0 ? rest : rest[..countEnd], out var count) || count == 0)
            {
                return false;
            }

            read.Add(new Reaction(Encoding.UTF8.GetString(text[..nameEnd]), count));
            text = countEnd < 0 ? default : rest[(countEnd + 1)..];
        }

        return true;
    }

    /// <summary>Formats a user's reactions; empty if there are none.</summary>
    public static string Write(IReadOnlyList<Reaction> reactions) =>
        string.Join(' ', reactions.Select(reaction => string.Create(CultureInfo.InvariantCulture, $"{reaction.Emoji} {reaction.Count}")));
}
