namespace RedisChat;

/// <summary>How to verify.</summary>
public sealed record VerifyOptions
{
    /// <summary>The rooms to verify, with their threads. <value>Default: empty, which means everything.</value> A room that does not exist is a difference. Must be empty with an export.</summary>
    public IReadOnlyList<string> Rooms { get; init; } = [];

    /// <summary>
    /// Whether to repair what can be derived: counters, indexes, lists of ids and entries of the directory. <value>Default: <see langword="false"/>.</value> Messages and other facts are never changed. Must be off with an
    /// export.
    /// </summary>
    public bool Repair { get; init; }
}
