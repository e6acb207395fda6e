using System.Globalization;
using static RedisChat.ServerFindingSeverity;

namespace RedisChat.Redis;

/// <summary>Checks whether the server keeps the chat's message hashes compact. Before Redis 7 the settings were named after ziplists.</summary>
internal static class BucketRules
{
    public const string Value = "hash-max-listpack-value";
    public const string OldValue = "hash-max-ziplist-value";
    public const string Entries = "hash-max-listpack-entries";
    public const string OldEntries = "hash-max-ziplist-entries";

    private const int UsualMessage = 1024;

    public static IEnumerable<ServerFinding> Find(ServerFacts server) =>
    [
        .. Below(
            server, Value, OldValue, UsualMessage, ServerFindingCodes.LongValuesNotCompact,
            "A single longer message turns a bucket of 128 into a hash table, which takes about a quarter more memory per message."),
        .. Below(
            server, Entries, OldEntries, Buckets.Size, ServerFindingCodes.ManyValuesNotCompact,
            "Every full bucket of 128 messages becomes a hash table, which takes about a quarter more memory per message."),
    ];

    private static IEnumerable<ServerFinding> Below(ServerFacts server, string name, string oldName, int enough, string code, string why)
    {
        name = server.Setting(name) is null ? oldName : name;
        if (int.TryParse(server.Setting(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value < enough)
        {
            yield return new ServerFinding(Information, code, $"{name} is {value}.", why)
                .FixedBySetting(name, enough.ToString(CultureInfo.InvariantCulture)) with
            { Advice = "Messages that are already stored are not converted." };
        }
    }
}
