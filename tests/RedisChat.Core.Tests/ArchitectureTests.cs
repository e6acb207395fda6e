using System.Text.RegularExpressions;

namespace RedisChat.Tests;

/// <summary>
/// The dependencies between the folders of the library point one way. All public types share a namespace, so neither namespaces nor reflection on members
/// distinguish folders. The test therefore reads the sources: a file depends on a folder if it names a type that a file in that folder is named
/// after.
/// </summary>
public sealed partial class ArchitectureTests
{
    private static readonly string[] Foundations = ["Redis/Keys", "Redis/Connection", "Redis/Scripts", "Redis/Format", "Redis/Known", "Redis/Upkeep", "Redis/Cold", "Redis/Encryption"];
    private static readonly string[] Paths =
        ["Redis/Sending", "Redis/Reading", "Redis/Changing", "Redis/Sealing", "Redis/Live", "Redis/Inspection"];

    private static readonly Lazy<SourceFile[]> Sources = new(ReadSources);

    [Fact]
    public void Only_registration_and_options_know_Redis_from_outside() =>
        Dependencies(from: folder => !IsRedis(folder) && folder is not ("DependencyInjection" or "Options"), to: IsRedis)
            .Should().BeEmpty();

    [Fact]
    public void The_shared_base_of_Redis_features_knows_neither_paths_nor_features() =>
        Dependencies(from: Foundations.Contains, to: folder => IsRedis(folder) && !Foundations.Contains(folder)).Should().BeEmpty();

    [Fact]
    public void Paths_through_Redis_do_not_know_features() =>
        Dependencies(from: Paths.Contains, to: IsRedisFeature).Should().BeEmpty();

    [Fact]
    public void Features_do_not_know_each_other() =>
        Dependencies(from: IsFeature, to: IsFeature)
            .Where(arrow => Feature(arrow.From) != Feature(arrow.To))

            // Members and their rights are what other features build on. They know none of those.
            .Where(arrow => Feature(arrow.To) != "Members")

            // What a user leaves in a feature has the feature's form: see decision 46. No other feature knows the erasure.
            .Where(arrow => Feature(arrow.From) != "Erasure")
            // Exports have what all features store, and verification knows what must agree.
            .Where(arrow => Feature(arrow.From) != "Transfer")
            .Should().BeEmpty();

    [Fact]
    public void Stores_and_live_delivery_do_not_know_the_facade() =>
        Dependencies(from: folder => folder is "Storage" or "Storage/InMemory" or "Live" || IsRedis(folder), to: folder => folder == "").Should().BeEmpty();

    [Fact]
    public void Live_delivery_knows_no_store() =>
        Dependencies(from: folder => folder == "Live", to: folder => folder == "Storage/InMemory" || IsRedis(folder)).Should().BeEmpty();

    private static bool IsRedis(string folder) => folder == "Redis" || folder.StartsWith("Redis/", StringComparison.Ordinal);

    private static bool IsRedisFeature(string folder) =>
        folder.StartsWith("Redis/", StringComparison.Ordinal) && folder != "Redis/Classic" && !Foundations.Contains(folder) && !Paths.Contains(folder);

    // A feature has its own folder in Redis, and a folder of the same name outside.
    private static bool IsFeature(string folder) => Sources.Value.Any(file => IsRedisFeature(file.Folder) && Feature(file.Folder) == Feature(folder));

    private static string Feature(string folder) => folder.StartsWith("Redis/", StringComparison.Ordinal) ? folder["Redis/".Length..] : folder;

    /// <summary>Finds the files in one kind of folder that name a type in another kind.</summary>
    private static IEnumerable<(string From, string To, string File, string Type)> Dependencies(Func<string, bool> from, Func<string, bool> to)
    {
        // ChatLimits is next to the facade, but everyone may use it.
        var types = Sources.Value.Where(file => to(file.Folder) && file.Type != "ChatLimits").ToDictionary(file => file.Type, file => file.Folder);
        return Sources.Value
            .Where(file => from(file.Folder))
            .SelectMany(file => file.Words.Where(types.ContainsKey).Select(type => (file.Folder, types[type], $"{file.Folder}/{file.Type}.cs", type)));
    }

    private static SourceFile[] ReadSources()
    {
        var root = Path.Combine(Repository.Root, "src", "RedisChat.Core");
        var files = Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(path => (Path: path, Folder: (Path.GetDirectoryName(Path.GetRelativePath(root, path)) ?? "").Replace('\\', '/')))
            .Where(file => !file.Folder.StartsWith("obj", StringComparison.Ordinal) && !file.Folder.StartsWith("bin", StringComparison.Ordinal))
            .Select(file => new SourceFile(file.Folder, Path.GetFileNameWithoutExtension(file.Path), WordsOf(File.ReadAllText(file.Path))))
            .ToArray();
        files.Length.Should().BeGreaterThan(100, "the sources are there to be read");
        return files;
    }

    // Comments may point anywhere; a word in quotes is text, one behind a dot is a member, and one before a parenthesis a method, unless "new" says otherwise.
    private static HashSet<string> WordsOf(string source) =>
        [.. Word().Matches(CommentOrText().Replace(source, " ")).Select(match => match.Value)];

    private sealed record SourceFile(string Folder, string Type, HashSet<string> Words);

    [GeneratedRegex("//[^\n]*|\"(\\\\.|[^\"\\\\\n])*\"")]
    private static partial Regex CommentOrText();

    [GeneratedRegex(@"(?<![.\w])[A-Z]\w*(?![\w(])|(?<=\bnew )[A-Z]\w*")]
    private static partial Regex Word();
}
