namespace RedisChat;

/// <summary>How to import.</summary>
public sealed record ImportOptions
{
    /// <summary>Whether to only report what would be imported or refused, and write nothing. <value>Default: <see langword="false"/>.</value></summary>
    public bool DryRun { get; init; }
}
