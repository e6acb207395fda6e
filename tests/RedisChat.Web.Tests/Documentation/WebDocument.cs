using System.Text.RegularExpressions;

namespace RedisChat.Web.Tests;

/// <summary>docs/web.md, as far as tests compare it with the code.</summary>
internal static partial class WebDocument
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(RedisChat.Tests.Repository.Root, "docs", "web.md"));

    /// <summary>The endpoints of its tables.</summary>
    public static IReadOnlyList<Request> Endpoints { get; } = [.. Lines.Select(line => Endpoint().Match(line)).Where(match => match.Success).Select(match => new Request(match))];

    /// <summary>All words in code font of the section on errors.</summary>
    public static IReadOnlyList<string> Errors { get; } =
        [.. Lines.SkipWhile(line => line != "## Errors").Skip(1).TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal)).SelectMany(line => Code().Matches(line)).Select(match => match.Value)];

    [GeneratedRegex("^\\| `(?<method>[A-Z]+) (?<path>[^?` ]+)(?:\\?(?<query>[^`]*))?` (?:`\\{ (?<body>[^`]+) \\}` )?")]
    private static partial Regex Endpoint();

    [GeneratedRegex("`[^`]+`")]
    private static partial Regex Code();

    /// <summary>A request as it is documented.</summary>
    internal sealed class Request(Match match)
    {
        public string Method { get; } = match.Groups["method"].Value;

        public string Path { get; } = match.Groups["path"].Value;

        public string Name => $"{Method} {Path}";

        /// <summary>The names of the parameters in the query.</summary>
        public IReadOnlyList<string> Query { get; } = [.. match.Groups["query"].Value.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(part => part.TrimEnd('='))];

        /// <summary>The properties of the body, with a question mark if they may be omitted.</summary>
        public IReadOnlyList<string> Body { get; } = [.. match.Groups["body"].Value.Split(", ", StringSplitOptions.RemoveEmptyEntries)];
    }
}
