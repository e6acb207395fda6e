using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Asks one server. What it refuses is kept with the answers.</summary>
internal sealed class ServerReader(IServer server, string endPoint, TimeProvider time)
{
    public const string Info = "INFO";
    public const string ConfigGet = "CONFIG GET";
    public const string WhoAmI = "ACL WHOAMI";
    public const string Time = "TIME";
    public const string ClusterInfo = "CLUSTER INFO";

    /// <summary>What <c>INFO</c> does not have.</summary>
    public static readonly IReadOnlyList<string> Settings =
    [
        "save", "appendfsync", "min-replicas-to-write", "client-output-buffer-limit", "timeout",
        BucketRules.Value, BucketRules.OldValue, BucketRules.Entries, BucketRules.OldEntries,
    ];

    private readonly Dictionary<string, string> _refused = [];

    /// <summary>Asks everything.</summary>
    /// <exception cref="RedisConnectionException">The connection broke.</exception>
    /// <exception cref="RedisTimeoutException">The server did not answer.</exception>
    public async Task<ServerAnswers> ReadAsync(CancellationToken cancellationToken)
    {
        // Alone, so that nothing else takes time between the question and the answer.
        var clock = await ReadClockAsync(cancellationToken).ConfigureAwait(false);
        var info = await ReadInfoAsync(Info, cancellationToken).ConfigureAwait(false);
        return new ServerAnswers(endPoint)
        {
            Clock = clock,
            Info = info ?? ServerInfo.Empty,
            Cluster = info is { IsCluster: true } ? await ReadInfoAsync(ClusterInfo, cancellationToken).ConfigureAwait(false) : null,
            User = (string?)await AskAsync(WhoAmI, cancellationToken).ConfigureAwait(false),
            Settings = await ReadSettingsAsync(cancellationToken).ConfigureAwait(false),
            Refused = _refused,
        };
    }

    private async Task<ServerInfo?> ReadInfoAsync(string command, CancellationToken cancellationToken) =>
        (string?)await AskAsync(command, cancellationToken).ConfigureAwait(false) is { } text ? ServerInfo.Parse(text) : null;

    private async Task<ClockReading?> ReadClockAsync(CancellationToken cancellationToken)
    {
        var asked = time.GetUtcNow();
        var answer = await AskAsync(Time, cancellationToken).ConfigureAwait(false);
        return answer is { Length: 2 }
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

    /// <summary>The answer, or <see langword="null"/> if the server or the client's own settings refuse the command.</summary>
    private async Task<RedisResult?> AskAsync(string command, CancellationToken cancellationToken, params object[] arguments)
    {
        try
        {
            // As plain words: the named methods of IServer for these demand a connection with allowAdmin.
            var words = command.Split(' ');
            return await server.ExecuteAsync(words[0], [.. words[1..], .. arguments]).UntilAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RedisServerException or RedisCommandException)
        {
            _refused[command] = e.Message;
            return null;
        }
    }
}
