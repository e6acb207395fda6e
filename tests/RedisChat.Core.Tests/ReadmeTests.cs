using System.Text.RegularExpressions;

namespace RedisChat.Tests;

/// <summary>Documents show only code that runs: each snippet is a region of a source file.</summary>
public sealed partial class ReadmeTests
{
    [Theory]
    [InlineData("README.md", "samples/Snippets")]
    [InlineData("src/RedisChat.Conformance/README.md", "tests")]
    [InlineData("docs/operations.md", "tests/RedisChat.IntegrationTests/Redis/Connection")]
    [InlineData("docs/web.md", "tests/RedisChat.Web.Tests/Documentation")]
    public void Every_snippet_matches_the_code_that_it_names(string document, string sources)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, document));
        var snippets = Snippet().Matches(text);

        snippets.Count.Should().BePositive().And.Be(CSharpFence().Count(text), "every C# block names its source");
        foreach (Match snippet in snippets)
        {
            var region = Region(Path.Combine(Repository.Root, sources, snippet.Groups["file"].Value), snippet.Groups["region"].Value);
            snippet.Groups["code"].Value.Trim().Should().Be(region);
        }
    }

    /// <summary>The text of all regions with that name, so that a snippet can include its using directives.</summary>
    private static string Region(string file, string region)
    {
        var texts = new List<string>();
        var rest = File.ReadAllLines(file).AsEnumerable();
        while (rest.SkipWhile(line => line.Trim() != $"#region {region}").Skip(1).ToList() is { Count: > 0 } found)
        {
            var lines = found.TakeWhile(line => line.Trim() != "#endregion").ToList();
            var indent = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
            texts.Add(string.Join('\n', lines.Select(line => line.Length > indent ? line[indent..] : "")).Trim());
            rest = found.Skip(lines.Count);
        }

        return string.Join("\n\n", texts);
    }

    [GeneratedRegex(@"<!-- snippet: (?<file>\S+)#(?<region>\S+) -->\s*```(csharp|cs)\r?\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Snippet();

    [GeneratedRegex(@"^```(csharp|cs|c#)\s*$", RegexOptions.Multiline)]
    private static partial Regex CSharpFence();
}
