using System.Globalization;
using System.Text;

namespace RedisChat.Redis;

/// <summary>Compares the counts of a message's reactions with those of its users.</summary>
internal static class ReactionCounts
{
    /// <summary>What the field of the message must be; <see langword="null"/> if it is right, empty if it must not exist.</summary>
    /// <param name="fields">The fields of the message: that with the empty name has the counts, the others are those of users.</param>
    public static string? Correct(List<(string Name, ReadOnlyMemory<byte> Value)> fields)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (_, value) in fields.Where(field => field.Name.Length > 0))
        {
            foreach (var reaction in ReactionTally.TryReadPairs(value.Span, out var own) ? own : [])
            {
                counts[reaction.Emoji] = counts.GetValueOrDefault(reaction.Emoji) + reaction.Count;
            }
        }

        var tally = fields.Find(field => field.Name.Length == 0).Value;
        var isTally = ReactionTally.TryRead(tally.Span, out var revision, out var reactions);
        if (isTally && reactions.Count == counts.Count && reactions.All(reaction => counts.GetValueOrDefault(reaction.Emoji) == reaction.Count))
        {
            return null;
        }

        // In the order that there is, and what is missing after that.
        var names = reactions.Select(reaction => reaction.Emoji).Where(counts.ContainsKey).Concat(counts.Keys.Order(StringComparer.Ordinal)).Distinct(StringComparer.Ordinal).ToList();
        var text = new StringBuilder(revision.ToString(CultureInfo.InvariantCulture));
        foreach (var name in names)
        {
            text.Append(CultureInfo.InvariantCulture, $" {name} {counts[name]}");
        }

        return names.Count == 0 ? "" : text.ToString();
    }
}
