namespace RedisChat.IntegrationTests;

/// <summary>The setup of a test's own server.</summary>
internal sealed record RedisSetup
{
    /// <summary>The program; by default the first one installed.</summary>
    public string? Program { get; init; }

    /// <summary>Command-line arguments: "--appendonly", "yes".</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The lines of a configuration file, which the server may rewrite: a sentinel keeps its state there.</summary>
    public IReadOnlyList<string>? File { get; init; }

    /// <summary>Whether the server's only port uses TLS.</summary>
    public bool Tls { get; init; }
}
