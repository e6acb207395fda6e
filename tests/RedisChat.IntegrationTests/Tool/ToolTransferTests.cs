using System.Text.Json;
using RedisChat.IntegrationTests.Redis.Transfer;
using RedisChat.IntegrationTests.Sample;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.CommandLine;

/// <summary><c>redischat export</c>, <c>import</c> and <c>verify</c>, from one server to another, also when the process is killed.</summary>
public sealed class ToolTransferTests : IAsyncLifetime
{
    private const string Prefix = "chatroom";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("redischat-transfer-");
    private RedisProcess _from = null!;
    private RedisProcess _to = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Export => Path.Combine(_folder.FullName, "export");

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(RedisProcess.Program is not null, "There is no redis-server.");
        (_from, _to) = (await RedisProcess.StartAsync(), await RedisProcess.StartAsync());
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var server in new[] { _from, _to }.OfType<RedisProcess>())
        {
            await server.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_chat_goes_from_one_server_to_another()
    {
        await using var connection = await _from.ConnectAsync();
        await using var store = new RedisMessageStore(connection, new RedisStoreOptions { SealAfter = 1 });
        await using var writer = await TransferChat.FillAsync(store, Cancelled);

        var export = await RunAsync(_from, "export", Export, "--gzip", "--json");
        export.ExitCode.Should().Be(0, string.Join('\n', export.Errors));
        var facts = JsonDocument.Parse(export.Output.Should().ContainSingle().Which).RootElement;
        facts.GetProperty("rooms").GetInt64().Should().Be(7);
        var dry = await RunAsync(_to, "import", Export, "--dry-run");
        dry.Output.Should().ContainSingle().Which.Should().EndWith("would be imported, 0 skipped, 0 refused.");
        (await RunAsync(_to, "verify", Export)).ExitCode.Should().Be(1);
        (await RunAsync(_to, "import", Export)).Output.Should().ContainSingle().Which.Should().EndWith("imported, 0 skipped.");
        (await RunAsync(_to, "import", Export)).Output.Should().ContainSingle().Which.Should().StartWith("0 rooms, threads and users imported, ");

        var verified = await RunAsync(_to, "verify", Export);
        verified.Output.Should().ContainSingle().Which.Should().EndWith(": 0 differences.");
        verified.ExitCode.Should().Be(0);
        (await RunAsync(_to, "verify")).Output.Should().ContainSingle().Which.Should().EndWith(": 0 differences.");
    }

    [Fact]
    public async Task Differences_are_one_line_each_and_the_exit_code_says_whether_any_are_left()
    {
        await using var connection = await _from.ConnectAsync();
        await using (var store = new RedisMessageStore(connection))
        {
            await new Chat(store).SendAsync("lob\u202eby", "alice", "hello", Cancelled);
        }

        await connection.GetDatabase().HashSetAsync("chatroom:{lob\u202eby}", "deleted", 9);
        var found = await RunAsync(_from, "verify");
        found.ExitCode.Should().Be(1);
        found.Output.Should().Equal(
            "lob\ufffdby: The field deleted is 9, and 0 of 1 messages are missing. [count]", "1 rooms, threads and users, 1 fact: 1 difference.");
        var repaired = await RunAsync(_from, "verify", "--repair");
        repaired.ExitCode.Should().Be(0);
        repaired.Output.Should().Equal(
            "lob\ufffdby: The field deleted is 9, and 0 of 1 messages are missing. Repaired. [count]", "1 rooms, threads and users, 1 fact: 1 difference, 1 repaired.");
        (await RunAsync(_from, "verify")).ExitCode.Should().Be(0);
        var nowhere = await RunAsync(_from, "verify", "--room", "nowhere");
        nowhere.ExitCode.Should().Be(1);
        nowhere.Output.Should().Equal("nowhere: There is no such room. [room]", "0 rooms, threads and users, 0 facts: 1 difference.");
        var missing = await RunAsync(_from, "export", Export, "--room", "lob\u202eby", "--room", "nowhere");
        missing.ExitCode.Should().Be(1);
        missing.Errors.Should().Equal("There is no room 'nowhere'. Nothing was exported.");
        Directory.Exists(Export).Should().BeFalse();
    }

    [Fact]
    public async Task An_interrupted_export_of_a_room_that_was_deleted_since_is_completed()
    {
        await using var store = new RedisMessageStore(_from.Configuration);
        await new Chat(store).SendAsync("lobby", "alice", "hello", Cancelled);
        (await RunAsync(_from, "export", Export, "--room", "lobby")).ExitCode.Should().Be(0);
        var manifest = Path.Combine(Export, "manifest.json");
        await File.WriteAllTextAsync(manifest, (await File.ReadAllTextAsync(manifest, Cancelled)).Replace("\"complete\": true", "\"complete\": false", StringComparison.Ordinal), Cancelled);
        await new Chat(store).Rooms.DeleteAsync("lobby", Actor.Application, cancellationToken: Cancelled);

        var completed = await RunAsync(_from, "export", Export, "--room", "lobby");

        completed.ExitCode.Should().Be(0, string.Join('\n', completed.Errors));
        completed.Output.Should().ContainSingle().Which.Should().StartWith("1 room, ");
    }

    [Fact]
    public async Task An_export_and_an_import_that_are_killed_are_completed_by_the_same_command()
    {
        await using var connection = await _from.ConnectAsync();
        await using var store = new RedisMessageStore(connection, new RedisStoreOptions { SealAfter = 1 });
        await using var writer = await TransferChat.FillAsync(store, Cancelled);

        // More than one file, so that an interrupted export has something to continue.
        var chat = new Chat(store);
        foreach (var part in Enumerable.Range(0, 120))
        {
            await chat.SendManyAsync("large", [.. Enumerable.Range(0, ChatLimits.MaxBatchSize).Select(n => new NewMessage($"user{n % 5}", $"{part} {n} {new string('x', 4000)}"))], Cancelled);
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var writing = TransferWriters.RunAsync(new Chat(store, TransferChat.Options), ["large", TransferChat.Lobby], 1, ending.Token);
        var kills = await KillUntilDoneAsync(_from, "export", Export, () => Task.FromResult(Directory.Exists(Export) ? Directory.EnumerateFiles(Export).Sum(SizeOf) : 0));
        await ending.CancelAsync();
        await writing;
        kills.Should().BeGreaterThan(0);

        await using var target = await _to.ConnectAsync();
        kills = await KillUntilDoneAsync(_to, "import", Export, async () => await target.GetDatabase().ExecuteAsync("DBSIZE") is var size ? (long)size : 0);
        kills.Should().BeGreaterThan(0);

        (await RunAsync(_to, "verify", Export)).Output.Should().ContainSingle().Which.Should().EndWith(": 0 differences.");
        // A user's list is exported after the rooms, so it may have a room that the user had joined since: that alone may have to be repaired.
        (await RunAsync(_to, "verify", "--repair")).Output.SkipLast(1).Where(line => !line.EndsWith(" Repaired. [listed]", StringComparison.Ordinal)).Should().BeEmpty();
        (await RunAsync(_to, "verify")).Output.Should().ContainSingle().Which.Should().EndWith(": 0 differences.");
        (await RunAsync(_to, "import", Export)).Output.Should().ContainSingle().Which.Should().StartWith("0 rooms, threads and users imported, ");
    }

    /// <summary>Runs a command and kills it each time it has moved something on, until a run is faster than that.</summary>
    private static async Task<int> KillUntilDoneAsync(RedisProcess server, string command, string directory, Func<Task<long>> measure)
    {
        var random = new Random(1);
        for (var kills = 0; ; kills++)
        {
            var before = await measure();
            await using var process = Start(server, command, directory);
            var ended = process.LeaveAsync();
            while (!ended.IsCompleted && (kills >= 6 || await measure() == before))
            {
                await Task.WhenAny(ended, Task.Delay(10, Cancelled));
            }

            if (ended.IsCompleted)
            {
                var run = await ended;
                run.ExitCode.Should().Be(0, string.Join('\n', run.Errors));
                return kills;
            }

            // At a moment that differs from run to run, as a crash does.
            await Task.WhenAny(ended, Task.Delay(random.Next(600), Cancelled));
            await process.KillAsync();
            await ended;
        }
    }

    /// <summary>The length of a file, which the tool may be removing or renaming.</summary>
    private static long SizeOf(string file)
    {
        try
        {
            return new FileInfo(file).Length;
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }

    private static ConsoleProcess Start(RedisProcess server, params string[] arguments) =>
        ToolProcess.StartWith([new("REDISCHAT_REDIS", server.Configuration)], [.. arguments, "--prefix", Prefix]);

    private static Task<ConsoleRun> RunAsync(RedisProcess server, params string[] arguments) =>
        ToolProcess.RunWithAsync([new("REDISCHAT_REDIS", server.Configuration)], [], [.. arguments, "--prefix", Prefix]);
}
