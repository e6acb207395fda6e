using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The answer to <c>INFO</c> or <c>CLUSTER INFO</c>: lines of <c>name:value</c>. Which names it has depends on the server.</summary>
internal sealed class ServerInfo
{
    private readonly Dictionary<string, string> _fields = [];

    private ServerInfo()
    {
    }

    /// <summary>An empty answer.</summary>
    public static ServerInfo Empty { get; } = new();

    /// <summary>Parses an answer. In RESP3 a text format marker precedes it.</summary>
    public static ServerInfo From(RedisResult answer) => Parse(answer.ToString(out _) ?? "");

    public static ServerInfo Parse(string text)
    {
        var info = new ServerInfo();
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && line[0] != '#')
            {
                info._fields[line[..colon]] = line[(colon + 1)..];
            }
        }

        return info;
    }

    /// <summary>The field with this name; <see langword="null"/> if the server does not report it.</summary>
    public string? this[string name] => _fields.GetValueOrDefault(name);

    /// <summary>The field as a whole number; <see langword="null"/> if it is not a number.</summary>
    public long? Number(string name) =>
        long.TryParse(this[name], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The values of fields that are numbered from 0, like <c>slave0</c>.</summary>
    public IEnumerable<string> Numbered(string name)
    {
        for (var i = 0; this[string.Create(CultureInfo.InvariantCulture, $"{name}{i}")] is { } value; i++)
        {
            yield return value;
        }
    }

    public ServerRole Role => this["role"] switch
    {
        "master" => ServerRole.Primary,
        "slave" => ServerRole.Replica,
        _ => ServerRole.Unknown,
    };

    public bool IsCluster => this["cluster_enabled"] == "1";

    /// <summary>The product and its own version, for display.</summary>
    public string? Version =>
        this["valkey_version"] is { } valkey ? $"Valkey {valkey}"
        : this["garnet_version"] is { } garnet ? $"Garnet {garnet}"
        : this["redis_version"] is { } redis ? $"Redis {redis}"
        : null;

    /// <summary>The Redis version that the server has or claims compatibility with.</summary>
    public Version? RedisVersion => System.Version.TryParse(this["redis_version"], out var version) ? version : null;

    /// <summary>Whether the server is Garnet, which claims compatibility with a Redis version that can do more.</summary>
    public bool IsGarnet => this["garnet_version"] is not null;
}
