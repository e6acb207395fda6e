using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using RedisChat.Conformance;

namespace RedisChat.Tests;

/// <summary>House rules that a compiler does not check.</summary>
public sealed partial class ConventionTests
{
    private static readonly Assembly Library = typeof(Chat).Assembly;

    [Fact]
    public void Public_classes_are_sealed_except_the_base_exception_and_the_closed_hierarchy() =>
        Library.GetExportedTypes()
            .Where(type => type is { IsClass: true, IsSealed: false })
            .Should().BeEquivalentTo([typeof(ChatException), typeof(RoomEvent)]);

    [Fact]
    public void Public_types_are_in_the_one_namespace() =>
        Library.GetExportedTypes().Should().OnlyContain(type => type.Namespace == "RedisChat");

    [Fact]
    public void Async_methods_end_with_an_optional_cancellation_token() =>
        Library.GetExportedTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(method => method.Name.EndsWith("Async", StringComparison.Ordinal) && method.Name != "DisposeAsync")
            .Select(method => method.GetParameters()[^1])
            .Should().OnlyContain(parameter => parameter.ParameterType == typeof(CancellationToken) && parameter.IsOptional);

    [Fact]
    public void Every_public_member_of_the_conformance_suite_except_the_tests_is_documented()
    {
        var suite = typeof(ConformanceSuite).Assembly;
        var documented = XDocument.Load(Path.ChangeExtension(suite.Location, "xml")).Descendants("member")
            .Select(member => ((string)member.Attribute("name")!).Split('(')[0].Replace("#ctor", ".ctor", StringComparison.Ordinal)[2..]).ToHashSet();
        const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var names = suite.GetExportedTypes().SelectMany(type => (string[])
        [
            type.FullName!,
            .. type.GetProperties(Declared).Where(property => IsVisible(property.GetMethod!)).Select(property => $"{type.FullName}.{property.Name}"),
            .. type.GetMethods(Declared).Where(method => IsVisible(method) && !method.IsSpecialName && !method.IsDefined(typeof(FactAttribute)))
                .Select(method => $"{type.FullName}.{method.Name}"),
        ]).ToList();

        names.Should().Contain("RedisChat.Conformance.StoreTests.OpenStore");
        names.Except(documented).Should().BeEmpty();

        static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily;
    }

    [Fact]
    public void Every_script_says_what_its_keys_and_arguments_are()
    {
        var scripts = Library.GetManifestResourceNames().Where(name => name.EndsWith(".lua", StringComparison.Ordinal)).ToList();
        scripts.Should().NotBeEmpty();
        foreach (var script in scripts)
        {
            using var reader = new StreamReader(Library.GetManifestResourceStream(script)!);
            var text = reader.ReadToEnd();
            var comments = string.Concat(text.Split('\n').SkipWhile(line => line.StartsWith("#!", StringComparison.Ordinal)).TakeWhile(line => line.StartsWith("--", StringComparison.Ordinal)));
            foreach (Match used in FixedKeyOrArgument().Matches(text))
            {
                comments.Should().Contain(used.Value, "{0} uses it", script);
            }
        }
    }

    [Fact]
    public void Only_the_key_scheme_and_the_names_below_it_name_keys()
    {
        var sources = Path.Combine(Repository.Root, "src", "RedisChat.Core");
        var naming = Directory.EnumerateFiles(sources, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Where(file => File.ReadLines(file).Any(line =>
                !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
                && (line.Contains(":{{", StringComparison.Ordinal) || line.Contains("\":live", StringComparison.Ordinal) || line.Contains("}:m:", StringComparison.Ordinal) || line.Contains("\"chatroom\"", StringComparison.Ordinal))));
        naming.Select(Path.GetFileName).Should().BeEquivalentTo("HashTagKeyScheme.cs", "KeyNames.cs");
    }

    [GeneratedRegex(@"(KEYS|ARGV)\[\d\]")]
    private static partial Regex FixedKeyOrArgument();
}
