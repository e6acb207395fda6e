extern alias tool;

using System.CommandLine;
using System.Text.RegularExpressions;
using RedisChat.Tests;
using tool::RedisChat.Tool;

namespace RedisChat.IntegrationTests.CommandLine;

/// <summary>docs/tool.md describes every command and every option, and shows what the commands really print.</summary>
public sealed partial class ToolDocumentationTests(TestServer server) : ToolTests(server)
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

        var described = Root().Subcommands.Single(some => some.Name == command);
        foreach (var option in described.Options.Concat(described.Subcommands.SelectMany(nested => nested.Options)))
        {
            section.Should().Contain($"\n| `{option.Name}");
        }

        foreach (var nested in described.Subcommands)
        {
            section.Should().Contain($"`{command} {nested.Name}`");
        }

        Document.Should().Contain($"\n| [`{command}`](#{command}) |");
    }

    [Fact]
    public void The_options_of_all_commands_and_the_exit_codes_are_described()
    {
        foreach (var option in Root().Options.Where(option => option is not { Name: "--help" or "--version" }))
        {
            Document.Should().Contain($"\n| `{option.Name}");
        }

        foreach (var code in typeof(ExitCode).GetFields().Select(field => (int)field.GetRawConstantValue()!))
        {
            Document.Should().Contain($"\n| {code} |");
        }
    }

    [Fact]
    public async Task The_commands_print_what_the_document_says()
    {
        await Chat.Rooms.CreateAsync("lobby", new RoomAbout { Name = "Lobby", Topic = "All and nothing" }, owner: "alice", cancellationToken: Cancelled);
        await Chat.Room("lobby").Members.JoinAsync("bob", Cancelled);
        await Chat.SendAsync("lobby", "alice", "Good morning", Cancelled);
        await Chat.SendAsync("lobby", new NewMessage("bob", "Hello alice") { ReplyTo = 1 }, Cancelled);
        await Chat.SendAsync("lobby", "carol", "Where are the keys?", Cancelled);
        await Chat.Room("lobby").Reactions.AddAsync(1, "bob", "👍", Cancelled);
        await Chat.Rooms.CreateAsync("announcements", new RoomAbout { Name = "Announcements" }, cancellationToken: Cancelled);
        foreach (var numbers in Enumerable.Range(1, 1000).Chunk(ChatLimits.MaxBatchSize))
        {
            await Chat.SendManyAsync("announcements", [.. numbers.Select(n => new NewMessage("ci", $"build {n}"))], Cancelled);
        }

        await Chat.Rooms.ArchiveAsync("announcements", Actor.Application, Cancelled);
        await Chat.SendAsync("garden", "dave", "The roses are out", Cancelled);

        var (expected, printed) = (new List<string>(), new List<string>());
        foreach (Match block in Console().Matches(Document))
        {
            foreach (var line in block.Groups["lines"].Value.TrimEnd().Split('\n'))
            {
                expected.Add(Masked(line));
                if (!line.StartsWith("$ redischat ", StringComparison.Ordinal))
                {
                    continue;
                }

                string[] arguments = [.. Word().Matches(line["$ redischat ".Length..]).Select(word => word.Value.Trim('"'))];
                var run = await (arguments[^1] == "<lines.txt" ? RunOnAsync(["one", "two", "three"], arguments[..^1]) : RunAsync(arguments));
                printed.AddRange([line, .. run.Output.Select(Masked), .. run.Errors.Select(Masked)]);
            }
        }

        string.Join('\n', printed).Should().Be(string.Join('\n', expected));
        printed.Should().HaveCountGreaterThan(25);
    }

    // Times, positions and keys differ from run to run.
    private static string Masked(string line) => Position().Replace(Time().Replace(line, "TIME"), "POSITION");

    private static RootCommand Root() => ToolCommands.Create(ToolOutput.To(TextWriter.Null, TextWriter.Null), TimeProvider.System);

    [GeneratedRegex(@"^```console\n(?<lines>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Console();

    [GeneratedRegex("\"[^\"]*\"|[^ ]+")]
    private static partial Regex Word();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ")]
    private static partial Regex Time();

    [GeneratedRegex(@"\b[0-9a-f]{8,16}\.\d+\.\d+\.\d+\b")]
    private static partial Regex Position();
}
