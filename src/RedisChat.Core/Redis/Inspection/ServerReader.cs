using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Queries one server. Refusals are kept with the answers.</summary>
internal sealed class ServerReader(IServer server, string endPoint, RightsReader rights, TimeProvider time)
{
    public const string Info = "INFO";
    public const string ConfigGet = "CONFIG GET";
    public const string WhoAmI = "ACL WHOAMI";
    public const string Time = "TIME";
    public const string ClusterInfo = "CLUSTER INFO";

    /// <summary>The settings that <c>INFO</c> does not report.</summary>
    public static readonly IReadOnlyList<string> Settings =
    [
        "save", "appendfsync", "min-replicas-to-write", "client-output-buffer-limit", "timeout",
        BucketRules.Value, BucketRules.OldValue, BucketRules.Entries, BucketRules.OldEntries,
    ];

    private readonly Dictionary<string, Refusal> _refused = [];

    /// <summary>Runs all queries.</summary>
    /// <exception cref="RedisConnectionException">The connection broke.</exception>
    /// <exception cref="RedisTimeoutException">The server did not answer.</exception>
    public async Task<ServerFacts> ReadAsync(CancellationToken cancellationToken)
    {
        var info = await TryAsync(Info, () => RedisInfo.ReadAsync(server, cancellationToken)).ConfigureAwait(false) ?? ServerInfo.Empty;
        return new ServerFacts(endPoint)
        {
            Info = info,
            Cluster = info.IsCluster && await AskAsync(ClusterInfo, cancellationToken).ConfigureAwait(false) is { } cluster
                ? ServerInfo.From(cluster)
                : null,
            Clock = await ReadClockAsync(cancellationToken).ConfigureAwait(false),
            User = (string?)await AskAsync(WhoAmI, cancellationToken).ConfigureAwait(false),
            Settings = await ReadSettingsAsync(cancellationToken).ConfigureAwait(false),
            MissingRights = await rights.ReadAsync(server, cancellationToken).ConfigureAwait(false),
            Refused = _refused,
        };
    }

    private async Task<ClockReading?> ReadClockAsync(CancellationToken cancellationToken)
    {
        var asked = time.GetUtcNow();
        return await AskAsync(Time, cancellationToken).ConfigureAwait(false) is { Length: 2 } answer
            ? new ClockReading(Micros.ToTime(((long)answer[0] * 1_000_000) + (long)answer[1]), asked, time.GetUtcNow())
            : null;
    }

    private async Task<IReadOnlyDictionary<string, string>> ReadSettingsAsync(CancellationToken cancellationToken)
    {
        var settings = new Dictionary<string, string>();
        foreach (var name in Settings)
        {
            if (await AskAsync(ConfigGet, cancellationToken, name).ConfigureAwait(false) is { Length: 2 } answer)
            {
                settings[(string)answer[0]!] = (string?)answer[1] ?? "";
            }
        }

        return settings;
    }

    private Task<RedisResult?> AskAsync(string command, CancellationToken cancellationToken, params object[] arguments)
    {
        // Sent as plain words because IServer does not have a method for each of these commands.
        var words = command.Split(' ');
        return TryAsync<RedisResult>(
            command, () => server.ExecuteAsync(words[0], [.. words[1..], .. arguments]).UntilAsync(cancellationToken).AsTask());
    }

    /// <summary>The answer, or <see langword="null"/> if it was refused.</summary>
    private async Task<T?> TryAsync<T>(string command, Func<Task<T>> ask)
        where T : class
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (Exception e) when (Refusal.From(e) is { } refusal)
        {
            _refused[command] = refusal;
            return null;
        }
    }
}
