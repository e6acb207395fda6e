using RedisChat.IntegrationTests.Sample;
using static RedisChat.IntegrationTests.CommandLine.ToolProcess;

namespace RedisChat.IntegrationTests.CommandLine;

/// <summary>The password reaches the server, and nobody else.</summary>
public sealed class ToolPasswordTests
{
    private const string Password = "hunter2-Zq";

    [Fact]
    public async Task It_comes_from_the_environment_or_a_file_and_is_in_no_output_and_no_process_list()
    {
        await using var redis = await RedisProcess.StartAsync("--requirepass", Password);
        var file = Path.Combine(redis.DataDirectory, "password");
        await File.WriteAllTextAsync(file, $"{Password}\nnot this\n", TestContext.Current.CancellationToken);
        KeyValuePair<string, string> variable = new("REDISCHAT_REDIS_PASSWORD", Password), whole = new("REDISCHAT_REDIS", $"{redis.Configuration},password={Password}");

        var runs = new[]
        {
            await RunWithAsync([variable], ["hello"], "send", "lobby", "--user", "alice", "--redis", redis.Configuration),
            await RunWithAsync([whole], [], "show", "lobby"),
            await RunAsync("show", "lobby", "--redis", redis.Configuration, "--password-file", file),
            await RunWithAsync([variable], [], "rooms", "--redis", redis.Configuration, "--password-file", file, "--json"),
        };
        runs.Should().OnlyContain(run => run.ExitCode == 0);

        await using (var tail = StartWith([variable], "tail", "lobby", "--after", "0.0.0.0", "--redis", redis.Configuration))
        {
            await tail.LineAsync("alice: hello$");
            if (OperatingSystem.IsLinux())
            {
                (await File.ReadAllTextAsync($"/proc/{tail.Id}/cmdline", TestContext.Current.CancellationToken)).Should().Contain("tail").And.NotContain(Password);
            }
        }

        runs.SelectMany(run => run.Output.Concat(run.Errors)).Should().NotContain(line => line.Contains(Password, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--redis must not contain a password", "rooms", "--redis", "localhost:6379,password=" + Password)]
    [InlineData("--redis must not contain a password", "rooms", "--redis=localhost:6379,user=chat,PASSWORD = " + Password)]
    [InlineData("--redis must not contain a password", "doctor", "--redis", "redis://chat:" + Password + "@localhost:6379/0")]
    [InlineData("--archive-postgresql must not contain a password", "rooms", "--redis", "localhost", "--archive-postgresql", "Host=localhost;Username=chat;Password=" + Password)]
    [InlineData("--archive-postgresql must not contain a password", "rooms", "--redis", "localhost", "--archive-postgresql", "Host=localhost;Pwd=" + Password)]
    [InlineData("--archive-postgresql is not a connection string of Npgsql", "rooms", "--redis", "localhost", "--archive-postgresql", "Host=localhost;Password=a;" + Password + "=b")]
    [InlineData("--archive-postgresql is not a connection string of Npgsql", "rooms", "--redis", "localhost", "--archive-postgresql", "postgresql://chat:" + Password + "@localhost/chat")]
    [InlineData("may contain a password", "doctor", "Host=localhost;PWD=" + Password)]
    [InlineData("may contain a password", "doctor", "localhost:6379,password=" + Password)]
    [InlineData("may contain a password", "rediss://:" + Password + "@localhost")]
    [InlineData("--password-file: the file cannot be read", "rooms", "--redis", "localhost", "--password-file", "/no/such/" + "file")]
    [InlineData("--ask-password needs a terminal", "rooms", "--redis", "localhost", "--ask-password")]
    public async Task It_is_refused_where_everyone_can_read_it_and_not_repeated(string says, params string[] arguments)
    {
        var run = await RunAsync(arguments);

        run.ExitCode.Should().Be(1);
        run.Output.Should().BeEmpty();
        run.Errors.Should().ContainSingle().Which.Should().Contain(says).And.NotContain(Password);
    }

    [Fact]
    public async Task A_wrong_one_is_one_line_that_does_not_repeat_it()
    {
        await using var redis = await RedisProcess.StartAsync("--requirepass", "another");

        var run = await RunWithAsync([new("REDISCHAT_REDIS_PASSWORD", Password)], [], "rooms", "--redis", redis.Configuration);

        run.ExitCode.Should().BeOneOf(1, 2);
        run.Output.Should().BeEmpty();
        run.Errors.Should().ContainSingle().Which.Should().Contain("password").And.NotContain(Password);
    }
}
