namespace RedisChat.AspNetCore;

/// <summary>A <see cref="RuleSet"/>. What is omitted has its default: source-generated JSON would make it zero.</summary>
public sealed record RulesRequest
{
    /// <summary>See <see cref="RuleSet.Everyone"/>.</summary>
    public RoomRights? Everyone { get; init; }

    /// <summary>See <see cref="RuleSet.Roles"/>.</summary>
    public IReadOnlyList<RoomRole>? Roles { get; init; }

    /// <summary>See <see cref="RuleSet.SlowMode"/>.</summary>
    public TimeSpan SlowMode { get; init; }

    /// <summary>See <see cref="RuleSet.Flood"/>.</summary>
    public FloodLimit? Flood { get; init; }

    /// <summary>See <see cref="RuleSet.IsArchived"/>.</summary>
    public bool IsArchived { get; init; }

    internal RuleSet ToRules() => new() { Everyone = Everyone ?? RuleSet.OpenToEveryone, Roles = Roles!, SlowMode = SlowMode, Flood = Flood, IsArchived = IsArchived };
}
