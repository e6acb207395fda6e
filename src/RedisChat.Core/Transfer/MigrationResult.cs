namespace RedisChat;

/// <summary>What one pass of a migration did; of a dry run, what it would do.</summary>
public sealed record MigrationResult
{
    /// <summary>The rooms, in the order of their ids, or as they were named.</summary>
    public required IReadOnlyList<MigratedRoom> Rooms { get; init; }

    /// <summary>The rooms that the search found and that cannot be migrated, with the reasons; at most a hundred of them. They were left out.</summary>
    public required IReadOnlyList<string> LeftOut { get; init; }

    /// <summary>The number of rooms that were left out.</summary>
    public required long LeftOutCount { get; init; }

    /// <summary>The rooms that cannot be migrated, with the reasons; at most a hundred of them. Only a dry run returns them; a migration fails and lists them in the error.</summary>
    public required IReadOnlyList<string> Refused { get; init; }

    /// <summary>The number of rooms that cannot be migrated.</summary>
    public required long RefusedCount { get; init; }
}
