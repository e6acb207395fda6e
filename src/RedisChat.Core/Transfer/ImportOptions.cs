namespace RedisChat;

/// <summary>How to import.</summary>
public sealed record ImportOptions
{
    /// <summary>Whether to only find out what would be imported or refused, and to write nothing. <value>Default: <see langword="false"/>.</value></summary>
    public bool DryRun { get; init; }
}
