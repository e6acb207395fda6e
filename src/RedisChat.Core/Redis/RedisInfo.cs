using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>What a server says of itself: the fields of <c>INFO</c>.</summary>
internal sealed class RedisInfo(IReadOnlyDictionary<string, string> fields)
{
    /// <summary>A field; <see langword="null"/> if the server does not have it.</summary>
    public string? this[string field] => fields.GetValueOrDefault(field);

    /// <summary>A field that is a number; <see langword="null"/> if the server does not have it.</summary>
    public long? Number(string field) =>
        long.TryParse(this[field], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    public static async Task<RedisInfo> ReadAsync(IServer server) =>
        Parse((string?)await server.ExecuteAsync("INFO").ConfigureAwait(false) ?? "");

    public static RedisInfo Parse(string answer)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in answer.Split('\n'))
        {
            if (line.IndexOf(':', StringComparison.Ordinal) is var at and > 0)
            {
                fields[line[..at]] = line[(at + 1)..].TrimEnd('\r');
            }
        }

        return new RedisInfo(fields);
    }
}
