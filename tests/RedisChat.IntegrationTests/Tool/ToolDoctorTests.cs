using System.Text.Json;
using RedisChat.IntegrationTests.Sample;
using static RedisChat.IntegrationTests.CommandLine.ToolProcess;

namespace RedisChat.IntegrationTests.CommandLine;

/// <summary><c>redischat doctor</c> on servers of its own.</summary>
public sealed class ToolDoctorTests
{
    private static readonly string[] Well =
        ["--appendonly", "yes", "--appendfsync", "always", "--maxmemory", "1gb", "--hash-max-listpack-value", "1024"];

    [Fact]
    public async Task A_problem_is_shown_with_the_command_that_fixes_it_and_sets_the_exit_code()
    {
        await using var redis = await RedisProcess.StartAsync([.. Well, "--maxmemory-policy", "allkeys-lru", "--timeout", "10"]);

        var run = await RunAsync("doctor", "--redis", redis.Configuration);

        run.ExitCode.Should().Be(1);
        run.Errors.Should().BeEmpty();
        run.Output[0].Should().MatchRegex($@"^{redis.Configuration}, \w+ \d+\.\d+\.\d+, primary$");
        run.Output.Should().ContainInOrder(
            "  PROBLEM eviction-deletes-messages",
            "    maxmemory-policy is allkeys-lru.",
            "      run:        CONFIG SET maxmemory-policy noeviction",
            "      redis.conf: maxmemory-policy noeviction",
            "  warning idle-connections-closed",
            "  note no-replica");
        run.Output[^1].Should().MatchRegex(@"^Problems: 1, warnings: 1, notes: \d\.$");
        run.Output.Should().OnlyContain(line => line.Length <= 100);
    }

    [Fact]
    public async Task Without_a_problem_the_exit_code_is_0()
    {
        await using var redis = await RedisProcess.StartAsync(Well);

        var run = await RunAsync("doctor", "--redis", redis.Configuration);

        run.ExitCode.Should().Be(0);
        run.Output[^1].Should().StartWith("Problems: 0, warnings: 0,");
    }

    [Fact]
    public async Task Servers_are_shown_one_by_one_worst_first()
    {
        await using var well = await RedisProcess.StartAsync(Well);
        await using var ill = await RedisProcess.StartAsync([.. Well, "--appendonly", "no"]);

        var run = await RunAsync("doctor", "--redis", $"{well.Configuration},{ill.Configuration}");

        run.Output.Where(line => line.Length > 0 && line[0] != ' ').Should().SatisfyRespectively(
            line => line.Should().StartWith(ill.Configuration),
            line => line.Should().Be("All servers together"),
            line => line.Should().StartWith(well.Configuration),
            line => line.Should().StartWith("Problems: 2,"));
    }

    [Fact]
    public async Task A_server_that_does_not_answer_gives_one_sentence_and_its_own_exit_code()
    {
        var run = await RunAsync("doctor", "--redis", $"127.0.0.1:{ConsoleProcess.FreePort()}");

        run.ExitCode.Should().Be(2);
        run.Output.Should().BeEmpty();
        run.Errors.Should().Equal("No Redis server answers. Check that it is running and that the configured end points, user and password are right.");
    }

    [Fact]
    public async Task As_JSON_it_is_the_inspection_of_the_library()
    {
        await using var redis = await RedisProcess.StartAsync([.. Well, "--maxmemory-policy", "allkeys-lru"]);

        var run = await RunAsync("doctor", "--redis", redis.Configuration, "--json");

        run.ExitCode.Should().Be(1);
        var inspection = JsonSerializer.Deserialize(run.Output.Should().ContainSingle().Which, ChatJsonContext.Default.ServerInspection)!;
        inspection.Servers.Should().ContainSingle().Which.EndPoint.Should().Be(redis.Configuration);
        inspection.Findings[0].Code.Should().Be(ServerFindingCodes.EvictionDeletesMessages);
    }

    [Fact]
    public async Task A_servers_answers_cannot_move_the_cursor()
    {
        await using var redis = await RedisProcess.StartAsync(Well);
        await using (var administrator = await redis.ConnectAsync())
        {
            await administrator.GetServers()[0].ExecuteAsync("ACL", "SETUSER", "de\u001b[2Jfault", "on", ">secret", "~*", "&*", "+@all", "-config|get");
        }

        var run = await RunWithAsync([new("REDISCHAT_REDIS_PASSWORD", "secret")], [], "doctor", "--redis", $"{redis.Configuration},user=de\u001b[2Jfault");

        run.Output.Should().Contain("      run:        ACL SETUSER de\uFFFD[2Jfault +config|get");
        run.Output.SelectMany(line => line).Should().NotContain('\u001b');
    }
}
