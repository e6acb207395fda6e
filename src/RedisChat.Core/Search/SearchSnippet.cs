namespace RedisChat;

/// <summary>A part of a message's text, on one line: see <see cref="SearchHit.Snippet"/>.</summary>
public sealed record SearchSnippet
{
    /// <summary>The text, with an ellipsis at an end that was cut off. It is data from a user: encode it wherever it is shown.</summary>
    public required string Text { get; init; }

    /// <summary>The parts of this text that match, ascending.</summary>
    public required IReadOnlyList<TextRange> Highlights { get; init; }

    /// <inheritdoc/>
    public bool Equals(SearchSnippet? other) => other is not null && Text == other.Text && Highlights.SequenceEqual(other.Highlights);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);
}
