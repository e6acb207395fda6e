using System.Text.RegularExpressions;

namespace RedisChat.Tests;

/// <summary>The README shows code that compiles: each snippet is a region of a file in samples/Snippets.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public void Every_snippet_is_the_code_that_it_names()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        var snippets = Snippet().Matches(readme);

        snippets.Count.Should().Be(CSharpFence().Count(readme), "every C# block names its source");
        foreach (Match snippet in snippets)
        {
            var region = Region(snippet.Groups["file"].Value, snippet.Groups["region"].Value);
            snippet.Groups["code"].Value.Trim().Should().Be(region);
        }
    }

    private static string Region(string file, string region)
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, "samples", "Snippets", file))
            .SkipWhile(line => line.Trim() != $"#region {region}").Skip(1)
            .TakeWhile(line => line.Trim() != "#endregion").ToList();
        var indent = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length > indent ? line[indent..] : "")).Trim();
    }

    [GeneratedRegex(@"<!-- snippet: (?<file>\S+)#(?<region>\S+) -->\s*```(csharp|cs)\r?\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Snippet();

    [GeneratedRegex(@"^```(csharp|cs|c#)\s*$", RegexOptions.Multiline)]
    private static partial Regex CSharpFence();
}
