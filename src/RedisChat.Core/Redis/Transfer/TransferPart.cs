namespace RedisChat.Redis;

/// <summary>A kind of key below a root.</summary>
/// <param name="Suffix">What follows the root, as docs/keys.md names it.</param>
/// <param name="Kind">What happens to it.</param>
/// <param name="Fact">The name of its lines.</param>
internal sealed record TransferPart(string Suffix, TransferKind Kind, string Fact = "")
{
    /// <summary>Whether its values are JSON.</summary>
    public bool IsJson { get; init; }

    /// <summary>The key, for kinds with one key a room.</summary>
    public Func<KeyNames, string, string>? Key { get; init; }

    /// <summary>The feature's letter, for kinds with one key a bucket.</summary>
    public char Letter { get; init; }

    /// <summary>Whether a thread has it, too.</summary>
    public bool InThreads { get; init; } = true;

    /// <summary>Whether the name of a field is the number of a message.</summary>
    public bool HasIds { get; init; }
}
