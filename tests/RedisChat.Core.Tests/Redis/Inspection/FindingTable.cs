using System.Text.RegularExpressions;

namespace RedisChat.Tests.Redis;

/// <summary>The table of findings in docs/operations.md.</summary>
internal static partial class FindingTable
{
    /// <summary>All codes.</summary>
    public static IReadOnlyList<string> Codes { get; } =
        [.. typeof(ServerFindingCodes).GetFields().Select(field => (string)field.GetRawConstantValue()!)];

    /// <summary>The severities that the table gives for each code.</summary>
    public static Dictionary<string, ServerFindingSeverity[]> Read() =>
        Row().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "operations.md"))).ToDictionary(
            row => row.Groups["code"].Value,
            row => Array.ConvertAll(row.Groups["severities"].Value.Split(" or "), name => Enum.Parse<ServerFindingSeverity>(name, ignoreCase: true)));

    [GeneratedRegex(@"^\| `(?<code>[a-z-]+)` \| (?<severities>(information|warning|problem)( or (information|warning|problem))*) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
