using RedisChat.IntegrationTests.Sample;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.CommandLine;

/// <summary><c>redischat migrate</c>, from one server to another and on the same one, also when the process is killed.</summary>
public sealed class ToolMigrateTests : IAsyncLifetime
{
    private const string Password = "hunter2-Zq";

    private RedisProcess _from = null!;
    private RedisProcess _to = null!;
    private ConnectionMultiplexer _connection = null!;
    private Chat _old = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(RedisProcess.Program is not null, "There is no redis-server.");
        (_from, _to) = (await RedisProcess.StartAsync(), await RedisProcess.StartAsync());
        _connection = await _from.ConnectAsync();
        _old = new Chat(new ClassicMessageStore(_connection));
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await (_connection?.DisposeAsync() ?? default);
        foreach (var server in new[] { _from, _to }.OfType<RedisProcess>())
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task Rooms_go_to_another_server_pass_by_pass()
    {
        await FillAsync("lobby", 3);
        await FillAsync("attic", 2);
        string[] migrate = ["migrate", "--from", "classic", "--source", _from.Configuration];

        (await RunAsync(_to, [.. migrate, "--dry-run"])).Output.Should().Equal(
            "attic: 2 messages, 2 added, 0 changed, 0 removed", "lobby: 3 messages, 3 added, 0 changed, 0 removed", "2 rooms: 5 messages would be added, 0 changed, 0 removed.");
        (await RunAsync(_to, migrate)).Output[^1].Should().Be("2 rooms: 5 messages added, 0 changed, 0 removed. The rooms stay closed until --final.");
        (await RunAsync(_to, "send", "lobby", "--user", "eve", "--text", "too early")).ExitCode.Should().Be(1);

        await _old.SendAsync("lobby", "bob", "four", Cancelled);
        await _old.DeleteAsync("lobby", 1, Actor.Application, cancellationToken: Cancelled);
        await _connection.GetDatabase().HashSetAsync("chatroom:lobby:2", "timestamp", "yesterday");
        await _connection.GetDatabase().HashDeleteAsync("chatroom:attic", "user0");
        var last = await RunAsync(_to, [.. migrate, "--final"]);
        last.ExitCode.Should().Be(0);
        last.Output.Should().Equal(
            "attic: 2 messages, 0 added, 1 changed, 0 removed", "attic: 1 message without an author",
            "lobby: 2 messages, 1 added, 0 changed, 2 removed", "lobby: 1 unreadable message: 2",
            "2 rooms: 1 message added, 1 changed, 2 removed. The rooms are open.");
        (await RunAsync(_to, "verify")).ExitCode.Should().Be(0);
        (await RunAsync(_to, "send", "lobby", "--user", "eve", "--text", "five", "--json")).Output.Should().ContainSingle().Which.Should().Contain("\"id\":5");

        await _old.SendAsync("lobby", "bob", "too late", Cancelled);
        var late = await RunAsync(_to, [.. migrate, "--final"]);
        late.ExitCode.Should().Be(1);
        late.Output[0].Should().StartWith("lobby: 1 message written to the classic layout after it was completed");
        var json = await RunAsync(_to, [.. migrate, "lobby", "--json"]);
        ToolTests.Json(json).GetProperty("rooms")[0].GetProperty("late").GetInt64().Should().Be(1);
    }

    [Fact]
    public async Task A_migration_that_is_killed_again_and_again_while_a_program_writes_is_exact_in_the_end()
    {
        for (var part = 0; part < 100; part++)
        {
            await FillAsync("large", ChatLimits.MaxBatchSize);
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var writing = WriteAsync(end.Token);
        var random = new Random(1);
        await using var target = await _to.ConnectAsync();
        var kills = 0;
        for (var run = 0; run < 6; run++)
        {
            var before = await StepAsync();
            await using var process = Start(_to, "migrate", "--from", "classic", "--source", _from.Configuration);
            var ended = process.LeaveAsync();
            while (!ended.IsCompleted && await StepAsync() == before)
            {
                await Task.WhenAny(ended, Task.Delay(5, Cancelled));
            }

            await Task.WhenAny(ended, Task.Delay(random.Next(300), Cancelled));
            if (!ended.IsCompleted)
            {
                kills++;
                await process.KillAsync();
            }

            await ended;
        }

        kills.Should().BeGreaterThan(0);
        await end.CancelAsync();
        await writing;
        var last = await RunAsync(_to, "migrate", "--from", "classic", "--source", _from.Configuration, "--final");
        last.ExitCode.Should().Be(0, string.Join('\n', last.Errors));

        await using var store = new RedisMessageStore(target);
        var copied = new List<string>();
        await foreach (var message in new Chat(store).ReceiveAllAsync("large", cancellationToken: Cancelled))
        {
            copied.Add($"{message.Id} {message.User} {message.Timestamp.Ticks} {message.Text}");
        }

        var expected = new List<string>();
        await foreach (var message in _old.ReceiveAllAsync("large", cancellationToken: Cancelled))
        {
            expected.Add($"{message.Id} {message.User} {message.Timestamp.Ticks} {message.Text}");
        }

        copied.Should().HaveCountGreaterThan(10_000 - 1000).And.Equal(expected);
        (await RunAsync(_to, "verify")).Output.Should().ContainSingle().Which.Should().EndWith(": 0 differences.");

        async Task<string?> StepAsync() => await target.GetDatabase().HashGetAsync("chatroom:{large}", "import");

        async Task WriteAsync(CancellationToken stop)
        {
            for (var n = 0; !stop.IsCancellationRequested; n++)
            {
                var receipt = await _old.SendAsync("large", "writer", $"meanwhile {n}", CancellationToken.None);
                await _old.DeleteAsync("large", 1 + (receipt.Id * 7919 % 10_000), Actor.Application, cancellationToken: CancellationToken.None);
            }
        }
    }

    [Fact]
    public async Task What_cannot_be_migrated_is_one_line_and_an_exit_code()
    {
        await FillAsync("lobby", 3);
        (await RunAsync(_from, "migrate")).Should().Match<ConsoleRun>(run => run.ExitCode == 1 && run.Errors.Count == 1);
        (await RunAsync(_from, "migrate", "--from", "irc")).ExitCode.Should().Be(1);
        var missing = await RunAsync(_to, "migrate", "--from", "classic");
        missing.ExitCode.Should().Be(1);
        missing.Errors.Should().ContainSingle().Which.Should().StartWith("There is no room in the classic layout.");
        (await RunAsync(_to, "migrate", "--from", "classic", "--json")).ExitCode.Should().Be(1);
        var named = await RunAsync(_from, "migrate", "--from", "classic", "lobby", "nowhere");
        named.ExitCode.Should().Be(1);
        named.Errors.Should().ContainSingle().Which.Should().Contain("nothing was written: room nowhere does not exist");
        var secret = await RunAsync(_from, "migrate", "--from", "classic", "--source", $"{_from.Configuration},password={Password}");
        secret.ExitCode.Should().Be(1);
        secret.Errors.Should().ContainSingle().Which.Should().Contain("--source must not contain a password").And.NotContain(Password);
        var unreachable = await RunAsync(_from, "migrate", "--from", "classic", "--source", "127.0.0.1:1");
        unreachable.ExitCode.Should().Be(2);

        await new Chat(new RedisMessageStore(_connection)).SendAsync("lobby", "alice", "already here", Cancelled);
        var refused = await RunAsync(_from, "migrate", "--from", "classic", "--dry-run");
        refused.ExitCode.Should().Be(1);
        refused.Output.Should().HaveCount(2).And.Contain(line => line.StartsWith("Refused: room lobby exists already", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_copied_is_encrypted_if_the_command_says_so_and_then_every_pass_needs_the_keys()
    {
        await FillAsync("lobby", 3);
        string[] migrate = ["migrate", "--from", "classic"];
        var without = await RunAsync(_from, [.. migrate, "--encrypt"]);
        without.ExitCode.Should().Be(1);
        without.Errors.Should().ContainSingle().Which.Should().Contain("--keys FILE");
        string[] keys = ["--keys", Path.Combine(_from.DataDirectory, "keys")];
        _ = new FileKeyRing(keys[1]);

        (await RunAsync(_from, [.. migrate, "--encrypt", .. keys])).ExitCode.Should().Be(0);
        (await _connection.GetDatabase().HashGetAsync("chatroom:{lobby}:m:0", "1")).ToString().Should().Contain("\"z\":").And.NotContain("text");
        var forgotten = await RunAsync(_from, [.. migrate, "--final"]);
        forgotten.ExitCode.Should().Be(1);
        forgotten.Errors.Should().ContainSingle().Which.Should().Contain("an earlier pass has encrypted it").And.EndWith("With redischat: --keys FILE.");

        (await RunAsync(_from, [.. migrate, "--final", .. keys])).Output[^1].Should().EndWith("0 messages added, 0 changed, 0 removed. The rooms are open.");
        (await RunAsync(_from, ["show", "lobby", .. keys])).Output.Should().Contain(line => line.Contains("text 2", StringComparison.Ordinal));
        (await RunAsync(_from, ["verify", .. keys])).ExitCode.Should().Be(0);
    }

    [Fact]
    public async Task The_source_may_need_a_password_of_its_own_and_have_another_prefix()
    {
        await using var secured = await RedisProcess.StartAsync("--requirepass", Password);
        await using (var connection = await ConnectionMultiplexer.ConnectAsync($"{secured.Configuration},password={Password}"))
        {
            await new Chat(new ClassicMessageStore(connection, "old")).SendAsync("lobby", "alice", "one", Cancelled);
        }

        foreach (var environment in new KeyValuePair<string, string>[][]
        {
            [new("REDISCHAT_SOURCE", $"{secured.Configuration},password={Password}")],
            [new("REDISCHAT_SOURCE", secured.Configuration), new("REDISCHAT_SOURCE_PASSWORD", Password)],
        })
        {
            var run = await ToolProcess.RunWithAsync([new("REDISCHAT_REDIS", _to.Configuration), .. environment], [], "migrate", "--from", "classic", "--source-prefix", "old", "lobby");
            run.ExitCode.Should().Be(0, string.Join('\n', run.Errors));
        }

        var wrong = await ToolProcess.RunWithAsync(
            [new("REDISCHAT_REDIS", _to.Configuration), new("REDISCHAT_SOURCE", secured.Configuration), new("REDISCHAT_SOURCE_PASSWORD", "wrong")], [], "migrate", "--from", "classic");
        wrong.ExitCode.Should().BeOneOf(1, 2);
        wrong.Errors.Should().ContainSingle().Which.Should().Contain("classic layout").And.NotContain("\"wrong\"");
    }

    [Fact]
    public async Task The_password_is_read_once_so_that_it_may_come_from_a_pipe()
    {
        await using var secured = await RedisProcess.StartAsync("--requirepass", Password);
        await using (var connection = await ConnectionMultiplexer.ConnectAsync($"{secured.Configuration},password={Password}"))
        {
            await new Chat(new ClassicMessageStore(connection)).SendAsync("lobby", "alice", "one", Cancelled);
        }

        var file = "/dev/stdin";
        if (OperatingSystem.IsWindows())
        {
            file = Path.Combine(secured.DataDirectory, "password");
            await File.WriteAllTextAsync(file, Password, Cancelled);
        }

        var run = await ToolProcess.RunWithAsync([new("REDISCHAT_REDIS", secured.Configuration)], [Password], "migrate", "--from", "classic", "--password-file", file);

        run.ExitCode.Should().Be(0, string.Join('\n', run.Errors));
        run.Output.Should().Contain("lobby: 1 message, 1 added, 0 changed, 0 removed");
    }

    private async Task FillAsync(string room, int count) =>
        await _old.SendManyAsync(room, [.. Enumerable.Range(0, count).Select(n => new NewMessage($"user{n % 5}", $"text {n}"))], Cancelled);

    private static ConsoleProcess Start(RedisProcess server, params string[] arguments) => ToolProcess.StartWith([new("REDISCHAT_REDIS", server.Configuration)], arguments);

    private static Task<ConsoleRun> RunAsync(RedisProcess server, params string[] arguments) => ToolProcess.RunWithAsync([new("REDISCHAT_REDIS", server.Configuration)], [], arguments);
}
