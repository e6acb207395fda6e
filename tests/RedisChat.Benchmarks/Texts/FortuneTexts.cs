using System.Text.RegularExpressions;

namespace RedisChat.Benchmarks.Texts;

/// <summary>The texts of the <c>fortune</c> program, where it is installed: more of them than the embedded ones, and nearer to what people write.</summary>
internal static partial class FortuneTexts
{
    private const string Directory = "/usr/share/games/fortunes";
    private const int ShortestSentence = 15;

    // Those of the package fortunes-zh lie among the English ones.
    private static readonly string[] Chinese = ["chinese", "song100", "tang300"];

    public static NaturalTexts? TryRead() => TryRead(file => Path.GetExtension(file) == "", ShortestSentence);

    /// <summary>The texts in one language, where the package fortunes-LANGUAGE is installed.</summary>
    /// <param name="language">en, de, es, ru or zh.</param>
    public static NaturalTexts? TryRead(string language) => language switch
    {
        "en" => TryRead(file => IsIn(file, "") && Path.GetExtension(file) == "" && !Chinese.Contains(Path.GetFileName(file)), ShortestSentence),
        "zh" => TryRead(file => Chinese.Contains(Path.GetFileName(file)), ShortestSentence / 3),
        _ => TryRead(file => IsIn(file, language) && Path.GetExtension(file) is not (".dat" or ".u8"), ShortestSentence),
    };

    private static bool IsIn(string file, string directory) => Path.GetRelativePath(Directory, Path.GetDirectoryName(file)!).TrimStart('.') == directory;

    private static NaturalTexts? TryRead(Func<string, bool> isWanted, int shortestSentence)
    {
        if (!System.IO.Directory.Exists(Directory))
        {
            return null;
        }

        // By name, so that all machines with the same packages have the same texts. Files beginning with "art" and "banner" hold pictures.
        var sentences = System.IO.Directory.EnumerateFiles(Directory, "*", SearchOption.AllDirectories)
            .Where(file => isWanted(file) && !file.Contains("/off/", StringComparison.Ordinal) && !IsPictures().IsMatch(file))
            .Order(StringComparer.Ordinal)
            .SelectMany(file => File.ReadAllText(file).Split("\n%"))
            .SelectMany(fortune => Cut.IntoSentences(Blank().Replace(Escape().Replace(fortune, ""), " ")))
            .Where(sentence => sentence.Length >= shortestSentence && sentence.Count(char.IsLetter) > sentence.Length / 2)
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
