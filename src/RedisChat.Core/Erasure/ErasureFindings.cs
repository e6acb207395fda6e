namespace RedisChat;

/// <summary>Where the id of a user occurs as a whole word in everything that a chat has stored: see <see cref="ErasureReport.Findings"/>.</summary>
public sealed record ErasureFindings
{
    /// <summary>How many keys were searched. Stores without keys count rooms.</summary>
    public required long Searched { get; init; }

    /// <summary>Places that name the user, at most 1,000. Empty once the user is erased.</summary>
    public required IReadOnlyList<ErasureTrace> Remaining { get; init; }

    /// <summary>Places in which other people's text, the name of a room, or another id happens to contain the word, at most 1,000. They were not changed: only people can decide whether they mean the user.</summary>
    public required IReadOnlyList<ErasureTrace> TextOfOthers { get; init; }

    /// <summary>Whether no place names the user any longer.</summary>
    public bool IsClean => Remaining.Count == 0;

    /// <inheritdoc/>
    public bool Equals(ErasureFindings? other) =>
        other is not null && Searched == other.Searched && Remaining.SequenceEqual(other.Remaining) && TextOfOthers.SequenceEqual(other.TextOfOthers);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Searched, Remaining.Count, TextOfOthers.Count);
}
