namespace RedisChat;

/// <summary>Adds and removes a reaction according to the <see cref="ReactionMode"/>.</summary>
internal static class ReactionRules
{
    public static IReadOnlyList<Reaction> Add(IReadOnlyList<Reaction> own, string emoji, ReactionMode mode)
    {
        var known = IndexOf(own, emoji);
        return mode switch
        {
            ReactionMode.OnePerUser => own is [{ Count: 1 } only] && only.Emoji == emoji ? own : [new Reaction(emoji, 1)],
            ReactionMode.Counted when known >= 0 => [.. own.Select((reaction, i) => i == known ? reaction with { Count = reaction.Count + 1 } : reaction)],
            _ => known >= 0 ? own : [.. own, new Reaction(emoji, 1)],
        };
    }

    public static IReadOnlyList<Reaction> Remove(IReadOnlyList<Reaction> own, string emoji, ReactionMode mode)
    {
        var known = IndexOf(own, emoji);
        if (known < 0)
        {
            return own;
        }

        return mode == ReactionMode.Counted && own[known].Count > 1
            ? [.. own.Select((reaction, i) => i == known ? reaction with { Count = reaction.Count - 1 } : reaction)]
            : [.. own.Where((_, i) => i != known)];
    }

    private static int IndexOf(IReadOnlyList<Reaction> own, string emoji)
    {
        for (var i = 0; i < own.Count; i++)
        {
            if (own[i].Emoji == emoji)
            {
                return i;
            }
        }

        return -1;
    }
}
