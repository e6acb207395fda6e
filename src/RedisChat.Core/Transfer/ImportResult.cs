namespace RedisChat;

/// <summary>What an import did; of a dry run, what it would do.</summary>
public sealed record ImportResult
{
    /// <summary>The number of rooms, threads and users that were imported.</summary>
    public required long Imported { get; init; }

    /// <summary>The number of rooms, threads and users that were already there: they were imported before, are the exported ones, or are users who have a list of rooms, which gets the rooms that are missing from it.</summary>
    public required long Skipped { get; init; }

    /// <summary>The rooms that cannot be imported, because the chat has other rooms of these names; at most a hundred of them. Only a dry run returns them; an import fails and lists them in the error.</summary>
    public required IReadOnlyList<string> Refused { get; init; }

    /// <summary>The number of rooms that cannot be imported.</summary>
    public required long RefusedCount { get; init; }

    /// <summary>The number of lines that were imported; 0 for a dry run.</summary>
    public required long Facts { get; init; }
}
