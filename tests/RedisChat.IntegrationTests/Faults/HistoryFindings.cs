namespace RedisChat.IntegrationTests.Faults;

/// <summary>The result of a check.</summary>
internal sealed record HistoryFindings
{
    /// <summary>Messages that a sender tried to send. Each counts as one of the next three.</summary>
    public required int Sends { get; init; }

    /// <summary>Messages with a receipt.</summary>
    public required int Acknowledged { get; init; }

    /// <summary>Messages whose sender does not know whether they are stored.</summary>
    public required int Ambiguous { get; init; }

    /// <summary>Messages that were refused for certain.</summary>
    public required int Refused { get; init; }

    /// <summary>How many gaps watchers received.</summary>
    public required int Gaps { get; init; }

    public required IReadOnlyList<Violation> Violations { get; init; }

    public int Count(ViolationKind kind) => Violations.Count(violation => violation.Kind == kind);
}
