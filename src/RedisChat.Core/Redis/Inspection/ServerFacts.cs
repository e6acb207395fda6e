namespace RedisChat.Redis;

/// <summary>What a server answered.</summary>
/// <param name="EndPoint">The server's address.</param>
internal sealed record ServerFacts(string EndPoint)
{
    /// <summary>A server that does not answer.</summary>
    public static ServerFacts None(string endPoint) => new(endPoint) { IsReached = false };

    public bool IsReached { get; private init; } = true;

    public ServerInfo Info { get; init; } = ServerInfo.Empty;

    /// <summary>The answer to <c>CLUSTER INFO</c>; <see langword="null"/> if the server is not in a cluster or does not report it.</summary>
    public ServerInfo? Cluster { get; init; }

    /// <summary>The values that <c>CONFIG GET</c> returned, by name.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>The user that the connection runs as.</summary>
    public string? User { get; init; }

    public ClockReading? Clock { get; init; }

    /// <summary>The rights that the chat needs and the user lacks, as words of <c>ACL SETUSER</c>.</summary>
    public IReadOnlyList<string> MissingRights { get; init; } = [];

    /// <summary>The commands that were refused, and why.</summary>
    public IReadOnlyDictionary<string, Refusal> Refused { get; init; } = new Dictionary<string, Refusal>();

    public string? Setting(string name) => Settings.GetValueOrDefault(name);
}
