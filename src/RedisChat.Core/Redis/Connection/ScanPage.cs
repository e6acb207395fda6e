using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>A page of a <c>SCAN</c> of one server's keys.</summary>
/// <param name="Next">The position of the next page; 0 after the last one.</param>
/// <param name="Keys">The keys. The same one may be in several pages.</param>
internal readonly record struct ScanPage(string Next, IReadOnlyList<string> Keys)
{
    /// <summary>Reads a page.</summary>
    /// <param name="server">The server.</param>
    /// <param name="database">The number of the database.</param>
    /// <param name="position">Where to read; 0 at first.</param>
    /// <param name="pattern">The pattern of the keys.</param>
    /// <param name="count">About how many keys to examine.</param>
    public static async Task<ScanPage> ReadAsync(IServer server, int database, string position, string pattern, int count)
    {
        var answer = (RedisResult[])(await server.ExecuteAsync(database, "SCAN", [position, "MATCH", pattern, "COUNT", count]).ConfigureAwait(false))!;
        return new ScanPage((string)answer[0]!, [.. ((RedisKey[])answer[1]!).Select(key => (string)key!)]);
    }
}
