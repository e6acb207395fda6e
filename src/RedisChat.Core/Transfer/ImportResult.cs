namespace RedisChat;

/// <summary>What an import did; of a dry run, what it would do.</summary>
public sealed record ImportResult
{
    /// <summary>The number of rooms, threads and users that were imported.</summary>
    public required long Imported { get; init; }

    /// <summary>The number of rooms, threads and users that were there already, because they were imported before or are those that were exported.</summary>
    public required long Skipped { get; init; }

    /// <summary>The rooms that cannot be imported, because the chat holds other ones of these names; at most a hundred of them. Only a dry run returns them: an import fails with the same list.</summary>
    public required IReadOnlyList<string> Refused { get; init; }

    /// <summary>The number of rooms that cannot be imported.</summary>
    public required long RefusedCount { get; init; }

    /// <summary>The number of lines that were imported.</summary>
    public required long Facts { get; init; }
}
