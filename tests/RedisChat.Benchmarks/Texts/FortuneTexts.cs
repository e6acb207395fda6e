using System.Text.RegularExpressions;

namespace RedisChat.Benchmarks.Texts;

/// <summary>The texts of the <c>fortune</c> program, where it is installed: more of them than the embedded ones, and nearer to what people write.</summary>
internal static partial class FortuneTexts
{
    private const string Directory = "/usr/share/games/fortunes";
    private const int ShortestSentence = 15;

    public static NaturalTexts? TryRead()
    {
        if (!System.IO.Directory.Exists(Directory))
        {
            return null;
        }

        // By name, so that all machines with the same packages have the same texts. Files beginning with "art" and "banner" hold pictures.
        var sentences = System.IO.Directory.EnumerateFiles(Directory, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) == "" && !file.Contains("/off/", StringComparison.Ordinal) && !IsPictures().IsMatch(file))
            .Order(StringComparer.Ordinal)
            .SelectMany(file => File.ReadAllText(file).Split("\n%"))
            .SelectMany(fortune => Cut.IntoSentences(Blank().Replace(Escape().Replace(fortune, ""), " ")))
            .Where(sentence => sentence.Length >= ShortestSentence && sentence.Count(char.IsLetter) > sentence.Length / 2)
            .ToArray();
        return sentences.Length < NaturalTexts.FewestSentences ? null : new NaturalTexts(sentences);
    }

    [GeneratedRegex("(art|banner)$")]
    private static partial Regex IsPictures();

    [GeneratedRegex("\u001b\\[[0-9;]*m|.\b")]
    private static partial Regex Escape();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blank();
}
