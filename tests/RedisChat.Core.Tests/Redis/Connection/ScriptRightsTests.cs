using System.Text.RegularExpressions;
using RedisChat.Redis;

namespace RedisChat.Tests.Redis;

/// <summary>Every command that a script uses must be in the documented rights, in the doctor's check, and among those that cannot be renamed.</summary>
public sealed partial class ScriptRightsTests
{
    private static readonly string Root = Path.Combine(Repository.Root, "src", "RedisChat.Core", "Redis");

    private const string Check = "rights_check.lua";

    // Run only if the user may run them: see each script.
    private static readonly string[] Optional = ["INFO", "SELECT"];

    [Fact]
    public void The_client_requirements_know_all_script_commands() =>
        Commands(file => file != Check).Should().BeEquivalentTo(ClientRequirements.ScriptCommands);

    [Fact]
    public void The_doctor_checks_all_script_commands() =>
        Commands(file => file == Check).Should().Contain(ClientRequirements.ScriptCommands);

    [Fact]
    public void The_documented_rights_include_all_script_commands()
    {
        var line = File.ReadLines(Path.Combine(Repository.Root, "docs", "operations.md")).First(text => text.StartsWith("ACL SETUSER chat ", StringComparison.Ordinal));

        line.Split(' ').Should().Contain(Commands(_ => true).Select(command => $"+{command.ToLowerInvariant()}"));
    }

    private static IEnumerable<string> Commands(Func<string, bool> files) =>
        Directory.EnumerateFiles(Root, "*.lua", SearchOption.AllDirectories)
            .Where(path => files(Path.GetFileName(path)))
            .SelectMany(path => File.ReadLines(path))
            .Where(line => !line.StartsWith("--", StringComparison.Ordinal))
            .SelectMany(line => Command().Matches(line).Select(match => match.Groups[1].Value))
            .Where(word => word.Length > 2 && !Optional.Contains(word) && !word.StartsWith("CHAT", StringComparison.Ordinal) && word is not ("MATCH" or "COUNT" or "LIMIT" or "WITHSCORES"))
            .Append("PUBLISH")
            .Distinct();

    [GeneratedRegex("'([A-Z]+)'")]
    private static partial Regex Command();
}
