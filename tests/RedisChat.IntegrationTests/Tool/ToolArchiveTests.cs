using System.Globalization;
using System.Text.Json;
using RedisChat.IntegrationTests.Sample;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.CommandLine;

/// <summary><c>redischat archive</c>, and the options that name the archive for the others.</summary>
public sealed class ToolArchiveTests(TestServer server, SharedPostgres postgres) : ToolTests(server)
{
    private readonly TestServer _server = server;

    [Fact]
    public async Task Old_messages_move_once_and_all_commands_see_them_with_the_archive()
    {
        var directory = Directory.CreateTempSubdirectory("redischat-archive-");
        try
        {
            await FillAsync("lobby", 1000);
            var before = await KeyspaceAsync();
            string[] archive = ["--archive", directory.FullName];
            var dry = await RunAsync(["archive", "lobby", "--keep", "300", "--dry-run", .. archive]);
            dry.ExitCode.Should().Be(0, string.Join('\n', dry.Errors));
            dry.Output.Should().Equal("lobby: 5 runs of 128 ids would be moved.");
            (await RunAsync(["archive", "lobby", "--older-than", "1d", "--dry-run", .. archive])).Output.Should().Equal("lobby: 0 runs of 128 ids would be moved.");
            await ShouldBeUnchangedAsync(before);

            // The first command prepares the room, and waits.
            await using (var waiting = Start(["archive", "lobby", "--keep", "300", .. archive]))
            {
                await waiting.ErrorAsync("^1 room has messages that can go in a few minutes");
                ChildProcess.Signal(waiting.Id, ToolProcess.Interrupt);
                (await waiting.EndAsync()).ExitCode.Should().Be(130);
            }

            directory.EnumerateFileSystemInfos().Should().BeEmpty();
            await PrepareAsync("lobby", TimeSpan.FromMinutes(6) - TimeSpan.FromSeconds(1));
            var moved = await RunAsync(["archive", "lobby", "--keep", "300", .. archive]);
            moved.ExitCode.Should().Be(0, string.Join('\n', moved.Errors));
            moved.Output.Should().Equal("lobby: 5 runs of 128 ids moved.");
            directory.EnumerateFileSystemInfos().Should().NotBeEmpty();
            Json(await RunAsync(["archive", "lobby", "--keep", "300", "--json", .. archive])).GetProperty("runs").GetInt64().Should().Be(0);
            Json(await RunAsync(["archive", "lobby", "--keep", "300", "--dry-run", "--json", .. archive])).GetProperty("runs").GetInt64().Should().Be(0);

            (await RunAsync(["show", "lobby", "--before", "50", "--limit", "1", .. archive])).Output[^1].Should().EndWith("alice: text 49");
            var tail = await RunAsync(["tail", "lobby", "--no-follow", .. archive]);
            tail.Output.Should().HaveCount(1000);
            foreach (var arguments in new[] { new[] { "show", "lobby", "--before", "50" }, ["tail", "lobby", "--no-follow"] })
            {
                var without = await RunAsync(arguments);
                without.ExitCode.Should().Be(1, string.Join('\n', without.Output));
                without.Errors[^1].Should().Contain("Old messages of the room are in an archive").And.EndWith("With redischat: --archive DIRECTORY, or --archive-postgresql CONFIG.");
            }

            // Recent messages need no archive.
            (await RunAsync("show", "lobby", "--limit", "1")).ExitCode.Should().Be(0);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task All_rooms_are_archived_with_settings_or_without()
    {
        var directory = Directory.CreateTempSubdirectory("redischat-archive-");
        try
        {
            foreach (var (room, count) in new[] { ("a", 600), ("b", 10), ("c", 500) })
            {
                if (room != "c")
                {
                    await Chat.Rooms.CreateAsync(room, new RoomAbout { Name = room }, cancellationToken: Cancelled);
                }

                await FillAsync(room, count);
                await PrepareAsync(room, TimeSpan.FromMinutes(7));
            }

            string[] arguments = ["archive", "--all", "--keep", "1", "--archive", directory.FullName];
            (await RunAsync([.. arguments, "--dry-run"])).Output.Should().Equal(
                "a: 3 runs of 128 ids would be moved.", "c: 2 runs of 128 ids would be moved.", "3 rooms: 5 runs of 128 ids would be moved.");
            var run = await RunAsync([.. arguments, "--json"]);
            run.ExitCode.Should().Be(0, string.Join('\n', run.Errors));
            run.Output.Select(line => JsonDocument.Parse(line).RootElement).Select(line => $"{line.GetProperty("room")} {line.GetProperty("runs")}").Should().Equal("a 3", "b 0", "c 2");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_directory_that_is_not_the_archive_gets_nothing()
    {
        var (directory, wrong) = (Directory.CreateTempSubdirectory("redischat-archive-"), Directory.CreateTempSubdirectory("redischat-archive-"));
        try
        {
            await FillAsync("lobby", 1000);
            await PrepareAsync("lobby", TimeSpan.FromMinutes(7));
            (await RunAsync("archive", "lobby", "--keep", "500", "--archive", directory.FullName)).ExitCode.Should().Be(0);

            foreach (var arguments in new[] { new[] { "archive", "lobby", "--keep", "1" }, ["archive", "lobby", "--keep", "1", "--dry-run"], ["erase", "alice", "--yes"], ["delete-room", "lobby", "--yes"] })
            {
                var run = await RunAsync([.. arguments, "--archive", wrong.FullName]);
                run.ExitCode.Should().Be(1, string.Join('\n', run.Output));
                run.Errors[^1].Should().Contain("The archive lacks messages 256 to 383 of the room");
            }

            wrong.EnumerateFileSystemInfos().Should().BeEmpty();
            (await RunAsync("delete-room", "lobby", "--yes", "--archive", directory.FullName)).ExitCode.Should().Be(0);
        }
        finally
        {
            directory.Delete(recursive: true);
            wrong.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Old_messages_move_to_a_database_and_all_commands_see_them_there()
    {
        const string Variable = "REDISCHAT_ARCHIVE_POSTGRESQL", Password = "hunter2-Zq";
        var (database, export) = (await postgres.ConnectAsync(), Path.Combine(Path.GetTempPath(), $"redischat-{Guid.NewGuid():n}"));
        string[] archive = ["--archive-postgresql", database];
        try
        {
            await FillAsync("lobby", 1000);
            await PrepareAsync("lobby", TimeSpan.FromMinutes(7));
            (await SucceedAsync(["archive", "lobby", "--keep", "300", .. archive])).Output.Should().Equal("lobby: 5 runs of 128 ids moved.");

            // The database asks for no password; the variable may have one.
            var shown = await RunWithAsync(Variable, $"{database};Password={Password}", "show", "lobby", "--before", "50", "--limit", "1");
            shown.ExitCode.Should().Be(0, string.Join('\n', shown.Errors));
            shown.Output[^1].Should().EndWith("alice: text 49");
            (await SucceedAsync(["tail", "lobby", "--no-follow", .. archive])).Output.Should().HaveCount(1000);
            (await SucceedAsync(["export", export, "--room", "lobby", .. archive])).Output[^1].Should().Contain("1,000 messages");
            (await SucceedAsync(["erase", "alice", "--yes", .. archive])).Output[^1].Should().Be("Nothing names the user any more.");
        }
        finally
        {
            if (Directory.Exists(export))
            {
                Directory.Delete(export, recursive: true);
            }
        }

        async Task<ConsoleRun> SucceedAsync(string[] arguments)
        {
            var run = await RunAsync(arguments);
            run.ExitCode.Should().Be(0, string.Join('\n', run.Errors));
            return run;
        }
    }

    [Fact]
    public async Task A_database_that_does_not_answer_is_one_line_that_says_why()
    {
        await FillAsync("lobby", 1000);
        await PrepareAsync("lobby", TimeSpan.FromMinutes(7));
        var before = await KeyspaceAsync();

        var run = await RunAsync("archive", "lobby", "--keep", "300", "--archive-postgresql", $"Host=127.0.0.1;Port={FreePort.Find()};Database=chat;Username=chat");

        run.ExitCode.Should().Be(1, string.Join('\n', run.Output));
        run.Errors[^1].Should().Contain("The archive of old messages failed.").And.Contain("The archive says: Failed to connect to 127.0.0.1");
        await ShouldBeUnchangedAsync(before);
    }

    [Fact]
    public async Task What_cannot_be_meant_is_refused_before_anything_changes()
    {
        var missing = Path.Combine(Path.GetTempPath(), $"redischat-{Guid.NewGuid():n}");
        await FillAsync("lobby", 10);
        await RefusedAsync("Say where the archive of the application is: --archive DIRECTORY, or --archive-postgresql CONFIG.", "archive", "lobby", "--keep", "5");
        await RefusedAsync("Say which messages may go: --older-than 90d, or --keep 10000, or both.", "archive", "lobby", "--archive", missing);
        await RefusedAsync("Name a room, or give --all, but not both.", "archive", "--keep", "5", "--archive", missing);
        await RefusedAsync("There is no room 'nowhere'.", "archive", "nowhere", "--keep", "5", "--archive", missing);
        await RefusedAsync($"There is no directory '{missing}': --archive names the directory of the application's archive.", "show", "lobby", "--archive", missing);
        await RefusedAsync(
            "Give --archive or --archive-postgresql, but not both: a chat has one archive.", "show", "lobby", "--archive", Path.GetTempPath(), "--archive-postgresql", "Host=localhost");
        Directory.Exists(missing).Should().BeFalse();

        async Task RefusedAsync(string error, params string[] arguments)
        {
            var run = await RunAsync(arguments);
            run.ExitCode.Should().Be(1);
            run.Errors.Should().Equal(error);
        }
    }

    /// <summary>Marks a room as one that was prepared for its archive some time ago.</summary>
    private async Task PrepareAsync(string room, TimeSpan ago)
    {
        var database = _server.Connection.GetDatabase();
        var now = (RedisResult[])(await database.ExecuteAsync("TIME"))!;
        var since = (((long)now[0] * 1_000_000) + (long)now[1] - (long)ago.TotalMicroseconds).ToString(CultureInfo.InvariantCulture);
        await database.HashSetAsync($"{Prefix}:{{{room}}}", "archived", $"0 {since} 0");
        var uses = (string?)await database.HashGetAsync($"{Prefix}:{{{room}}}", "uses") ?? "";
        if (!uses.Contains('o', StringComparison.Ordinal))
        {
            await database.HashSetAsync($"{Prefix}:{{{room}}}", "uses", uses + "o");
        }
    }

    private async Task FillAsync(string room, int count)
    {
        foreach (var numbers in Enumerable.Range(1, count).Chunk(ChatLimits.MaxBatchSize))
        {
            await Chat.SendManyAsync(room, [.. numbers.Select(n => new NewMessage("alice", $"text {n}"))], Cancelled);
        }
    }
}
