namespace RedisChat.IntegrationTests.CommandLine;

/// <summary><c>redischat erase</c>.</summary>
public sealed class ToolEraseTests(TestServer server) : ToolTests(server)
{
    private readonly TestServer _server = server;

    [Fact]
    public async Task A_user_is_erased_only_if_that_is_meant()
    {
        await FillAsync();
        var before = await KeyspaceAsync();

        (await RunAsync("erase", "alice", "--dry-run")).Output.Should().Equal("alice: 3 messages in 2 rooms would be deleted.");
        (await RunAsync("erase", "alice", "--anonymize", "--dry-run")).Output.Should().Equal("alice: 3 messages in 2 rooms would be made anonymous.");
        var unsure = await RunAsync("erase", "alice");
        unsure.ExitCode.Should().Be(1);
        unsure.Errors.Should().ContainSingle().Which.Should().Contain("--yes");
        await ShouldBeUnchangedAsync(before);

        var run = await RunAsync("erase", "alice", "--yes");
        run.ExitCode.Should().Be(0);
        run.Output.Should().Equal("alice: 3 messages in 2 rooms deleted.", $"Text of others: {Prefix}:{{lobby}}:m:0 3", "Nothing names the user any more.");
        (await Chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages.Should().ContainSingle().Which.User.Should().Be("bob");
        (await RunAsync("erase", "alice", "--yes")).Output[0].Should().Be("alice: 0 messages in 0 rooms deleted.");
    }

    [Fact]
    public async Task Messages_are_made_anonymous_and_the_report_is_JSON_with_a_code_if_something_is_left()
    {
        await FillAsync();
        var report = Json(await RunAsync("erase", "alice", "--anonymize", "--yes", "--json"));

        report.GetProperty("messages").GetInt64().Should().Be(3);
        (await Chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages.Select(message => message.User)
            .Should().Equal(report.GetProperty("alias").GetString(), report.GetProperty("alias").GetString(), "bob");
        report.GetProperty("findings").GetProperty("isClean").GetBoolean().Should().BeTrue();

        await _server.Connection.GetDatabase().HashSetAsync($"{Prefix}:{{lobby}}:members", "alice", "not a member");
        var left = await RunAsync("erase", "alice", "--yes");
        left.ExitCode.Should().Be(1);
        left.Output.Should().Contain($"Still named in {Prefix}:{{lobby}}:members alice");
    }

    private async Task FillAsync()
    {
        await Chat.SendAsync("lobby", "alice", "one", Cancelled);
        await Chat.SendAsync("lobby", "alice", "two", Cancelled);
        await Chat.SendAsync("lobby", "bob", "where is alice?", Cancelled);
        await Chat.SendAsync("other", "alice", "three", Cancelled);
    }
}
