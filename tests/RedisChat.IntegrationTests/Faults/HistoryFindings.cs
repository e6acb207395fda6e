namespace RedisChat.IntegrationTests.Faults;

/// <summary>What a check came to.</summary>
internal sealed record HistoryFindings
{
    /// <summary>Messages that were tried to be sent. Each is one of the next three.</summary>
    public required int Sends { get; init; }

    /// <summary>Messages with a receipt.</summary>
    public required int Acknowledged { get; init; }

    /// <summary>Messages of which the sender does not know whether they are stored.</summary>
    public required int Ambiguous { get; init; }

    /// <summary>Messages that were refused for certain.</summary>
    public required int Refused { get; init; }

    /// <summary>How often watchers were told of a gap.</summary>
    public required int Gaps { get; init; }

    public required IReadOnlyList<Violation> Violations { get; init; }

    public int Count(ViolationKind kind) => Violations.Count(violation => violation.Kind == kind);
}
