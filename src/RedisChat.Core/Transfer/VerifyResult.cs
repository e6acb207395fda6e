namespace RedisChat;

/// <summary>What a verification found.</summary>
public sealed record VerifyResult
{
    /// <summary>The number of rooms, threads and users that were verified.</summary>
    public required long Verified { get; init; }

    /// <summary>The number of facts that were compared or checked.</summary>
    public required long Facts { get; init; }

    /// <summary>What is wrong, in the order in which it was found: the first thousand.</summary>
    public required IReadOnlyList<TransferDifference> Differences { get; init; }

    /// <summary>The number of differences.</summary>
    public required long DifferenceCount { get; init; }

    /// <summary>The number of differences that were repaired.</summary>
    public required long Repaired { get; init; }
}
