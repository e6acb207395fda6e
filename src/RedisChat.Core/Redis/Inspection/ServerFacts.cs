namespace RedisChat.Redis;

/// <summary>What a server answered.</summary>
/// <param name="EndPoint">Where it is.</param>
internal sealed record ServerFacts(string EndPoint)
{
    /// <summary>A server that does not answer.</summary>
    public static ServerFacts None(string endPoint) => new(endPoint) { IsReached = false };

    public bool IsReached { get; private init; } = true;

    public ServerInfo Info { get; init; } = ServerInfo.Empty;

    /// <summary>What <c>CLUSTER INFO</c> says; <see langword="null"/> if it is no cluster, or does not tell.</summary>
    public ServerInfo? Cluster { get; init; }

    /// <summary>The values that <c>CONFIG GET</c> gave, by name.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Whom the connection runs as.</summary>
    public string? User { get; init; }

    public ClockReading? Clock { get; init; }

    /// <summary>The rights of the chat that the user lacks, as words of <c>ACL SETUSER</c>.</summary>
    public IReadOnlyList<string> MissingRights { get; init; } = [];

    /// <summary>The commands that were not answered, and why.</summary>
    public IReadOnlyDictionary<string, Refusal> Refused { get; init; } = new Dictionary<string, Refusal>();

    public string? Setting(string name) => Settings.GetValueOrDefault(name);
}
