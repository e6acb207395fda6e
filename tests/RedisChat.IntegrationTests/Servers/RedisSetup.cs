namespace RedisChat.IntegrationTests;

/// <summary>What a server of a test's own is started with.</summary>
internal sealed record RedisSetup
{
    /// <summary>The program; the first that is installed if not given.</summary>
    public string? Program { get; init; }

    /// <summary>As on its command line: "--appendonly", "yes".</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The lines of a configuration file, which the server may write anew: a sentinel keeps there what it knows.</summary>
    public IReadOnlyList<string>? File { get; init; }

    /// <summary>Whether its port is one for TLS; there is no other then.</summary>
    public bool Tls { get; init; }
}
