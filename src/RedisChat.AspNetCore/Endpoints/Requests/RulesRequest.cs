namespace RedisChat.AspNetCore;

/// <summary>A <see cref="RuleSet"/>. What is omitted has its default: source-generated JSON would make it zero.</summary>
internal sealed record RulesRequest
{
    public RoomRights? Everyone { get; init; }

    public IReadOnlyList<RoomRole>? Roles { get; init; }

    public TimeSpan SlowMode { get; init; }

    public FloodLimit? Flood { get; init; }

    public bool IsArchived { get; init; }

    public RuleSet ToRules() => new() { Everyone = Everyone ?? RuleSet.OpenToEveryone, Roles = Roles!, SlowMode = SlowMode, Flood = Flood, IsArchived = IsArchived };
}
