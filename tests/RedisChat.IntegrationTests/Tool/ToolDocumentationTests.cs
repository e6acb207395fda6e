extern alias tool;

using System.CommandLine;
using RedisChat.Tests;
using tool::RedisChat.Tool;

namespace RedisChat.IntegrationTests.CommandLine;

/// <summary>docs/tool.md describes every command and every option.</summary>
public sealed class ToolDocumentationTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "tool.md"));

    public static TheoryData<string> Commands => [.. Root().Subcommands.Select(command => command.Name)];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_has_a_section_that_names_all_of_its_options(string command)
    {
        var start = Document.IndexOf($"\n## {command}\n", StringComparison.Ordinal);
        start.Should().BePositive("docs/tool.md has a section for it");
        var end = Document.IndexOf("\n## ", start + 1, StringComparison.Ordinal);
        var section = Document[start..(end < 0 ? Document.Length : end)];

        foreach (var option in Root().Subcommands.Single(some => some.Name == command).Options)
        {
            section.Should().Contain($"`{option.Name}");
        }
    }

    [Fact]
    public void The_options_of_all_commands_and_the_exit_codes_are_described()
    {
        foreach (var option in Root().Options.Where(option => option.Recursive && option.Name != "--help"))
        {
            Document.Should().Contain($"`{option.Name}");
        }

        foreach (var code in typeof(ExitCode).GetFields().Select(field => (int)field.GetRawConstantValue()!))
        {
            Document.Should().Contain($"| {code} |");
        }
    }

    private static RootCommand Root() => ToolCommands.Create(ToolOutput.To(TextWriter.Null, TextWriter.Null), TimeProvider.System);
}
