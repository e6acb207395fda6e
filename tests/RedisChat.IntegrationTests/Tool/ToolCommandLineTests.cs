using RedisChat.IntegrationTests.Sample;
using static RedisChat.IntegrationTests.CommandLine.ToolProcess;

namespace RedisChat.IntegrationTests.CommandLine;

/// <summary>What all commands have in common: errors of one line that say what to do, and exit codes.</summary>
public sealed class ToolCommandLineTests
{
    [Theory]
    [InlineData("No server is given", "rooms")]
    [InlineData("There is no command 'romos'. 'redischat --help' lists", "romos")]
    [InlineData("There is no argument or option '--fast'. 'redischat show --help' lists", "show", "lobby", "--fast")]
    [InlineData("'redischat show --help' lists", "show", "--redis", "localhost")]
    [InlineData("There is no argument or option '--fast'. 'redischat keys rotate --help' lists", "keys", "rotate", "lobby", "--fast")]
    [InlineData("--limit must be a number from 1 to 1000", "show", "lobby", "--limit", "0")]
    [InlineData("--database must be 0 or more", "rooms", "--redis", "localhost", "--database", "-1")]
    [InlineData("A key prefix is", "rooms", "--redis", "localhost", "--prefix", "a{b")]
    [InlineData("--older-than is a number and a unit", "trim", "lobby", "--older-than", "soon")]
    [InlineData("Name a room, or give --all", "trim", "--keep", "1", "--redis", "localhost")]
    [InlineData("Say which messages may go", "trim", "lobby", "--redis", "localhost")]
    [InlineData("--after is not a position", "tail", "lobby", "--after", "yesterday", "--redis", "localhost")]
    [InlineData("names no host", "rooms", "--redis", "allowAdmin=true")]
    public async Task A_bad_command_line_is_one_line_that_says_what_to_do(string says, params string[] arguments)
    {
        var run = await RunAsync(arguments);

        run.ExitCode.Should().Be(1);
        run.Output.Should().BeEmpty();
        run.Errors.Should().ContainSingle().Which.Should().Contain(says);
    }

    [Fact]
    public async Task Without_a_server_every_command_says_so_and_exits_with_2()
    {
        var nowhere = $"127.0.0.1:{ConsoleProcess.FreePort()},connectTimeout=300";
        string[][] commands = [["rooms"], ["show", "lobby"], ["tail", "lobby"], ["send", "lobby", "--user", "alice", "--text", "hello"], ["trim", "--all", "--keep", "1"], ["export", "backup"], ["verify"], ["delete-room", "lobby", "--yes"]];

        foreach (var run in await Task.WhenAll(commands.Select(command => RunAsync([.. command, "--redis", nowhere]))))
        {
            run.ExitCode.Should().Be(2);
            run.Output.Should().BeEmpty();
            run.Errors.Should().ContainSingle().Which.Should().NotContain("   at ");
        }
    }

    [Fact]
    public async Task Help_and_version_need_no_server()
    {
        var help = await RunAsync();
        help.ExitCode.Should().Be(0);
        help.Output.Should().Contain(line => line.StartsWith("  doctor ", StringComparison.Ordinal));

        var version = await RunAsync("--version");
        version.Output.Should().ContainSingle().Which.Should().MatchRegex(@"^\d+\.\d+\.\d+(-\S+)?$");
    }
}
