using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.CommandLine;

/// <summary><c>redischat delete-room</c> on a room that is being imported.</summary>
public sealed class ToolUnfinishedImportTests(TestServer server) : ToolTests(server)
{
    private const int MostCommands = 100;

    private readonly TestServer _server = server;

    private IDatabase Database => _server.Connection.GetDatabase();

    [Fact]
    public async Task A_room_that_is_being_imported_is_deleted_only_if_that_is_meant()
    {
        var directory = Directory.CreateTempSubdirectory("redischat-import-");
        await using var target = new RedisMessageStore(_server.Connection, new RedisStoreOptions { KeyPrefix = Prefix });
        try
        {
            await ExportAsync(directory.FullName);
            await InterruptAsync(directory.FullName);
            var before = await KeyspaceAsync();

            (await RunAsync("show", "lobby")).Errors.Should().Equal(
                "The room 'lobby' is being deleted or imported. 'redischat import' or 'migrate' continues an interrupted import, 'redischat delete-room' an interrupted deletion.");
            var dry = await RunAsync("delete-room", "lobby", "--dry-run");
            dry.ExitCode.Should().Be(0);
            dry.Output.Should().Equal("lobby: what is there would be deleted. A deletion was begun, or the room is being imported.");
            var unsure = await RunAsync("delete-room", "lobby");
            unsure.ExitCode.Should().Be(1);
            unsure.Errors.Should().Equal(
                "The deletion of the room 'lobby' was begun and is not complete, or the room is being imported. Repeat the command with --yes to delete what is there for good.");
            await ShouldBeUnchangedAsync(before);

            var deleted = await RunAsync("delete-room", "lobby", "--yes");
            deleted.ExitCode.Should().Be(0, string.Join('\n', deleted.Errors));
            deleted.Output.Should().Equal("lobby: what was there is deleted.");
            (await KeyspaceAsync()).Should().BeEmpty();

            // The import begins again with the room.
            (await new Chat(target).Transfer.ImportAsync(directory.FullName, cancellationToken: Cancelled)).Imported.Should().Be(1);
            (await new Chat(target).Transfer.VerifyAsync(directory.FullName, cancellationToken: Cancelled)).Differences.Should().BeEmpty();
            (await RunAsync("delete-room", "lobby", "--dry-run")).Output.Should().Equal("lobby: 5,000 messages and 0 members would be deleted.");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private async Task ExportAsync(string directory)
    {
        await using var source = new RedisMessageStore(_server.Connection, new RedisStoreOptions { KeyPrefix = $"{Prefix}-source" });
        foreach (var numbers in Enumerable.Range(1, 5000).Chunk(ChatLimits.MaxBatchSize))
        {
            await new Chat(source).SendManyAsync("lobby", [.. numbers.Select(n => new NewMessage("alice", $"text {n}"))], Cancelled);
        }

        await new Chat(source).Transfer.ExportAsync(directory, cancellationToken: Cancelled);
    }

    /// <summary>Cuts an import off when it has written some messages, as if its process had been killed.</summary>
    private async Task InterruptAsync(string directory)
    {
        var key = $"{Prefix}:{{lobby}}";
        for (var commands = 1; !await Database.HashExistsAsync(key, "import") || (await KeyspaceAsync()).Count < 2; commands++)
        {
            commands.Should().BeLessThan(MostCommands);
            await using var proxy = new CutProxy(_server.Connection.GetEndPoints()[0], Prefix + ":");
            var configuration = ConfigurationOptions.Parse(_server.Connection.Configuration);
            configuration.EndPoints.Clear();
            configuration.EndPoints.Add(proxy.EndPoint);
            await using var store = new RedisMessageStore(configuration, new RedisStoreOptions { KeyPrefix = Prefix });
            proxy.CutAfter(commands);
            using var killed = new CancellationTokenSource();
            var importing = new Chat(store).Transfer.ImportAsync(directory, cancellationToken: killed.Token);
            await Task.WhenAny(importing, proxy.Cut);
            importing.IsCompletedSuccessfully.Should().BeFalse();
            await killed.CancelAsync();
            await Task.WhenAny(importing);
        }

        (await Database.HashGetAsync(key, "epoch")).ToString().Should().Be("!");
    }
}
