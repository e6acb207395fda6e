using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>Each refusal of a real server says what to change.</summary>
public sealed class RefusalTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", "databases")]
    [InlineData("user=chat,password=secret", "+select")]
    public async Task A_database_that_cannot_be_selected_is_refused_before_anything_is_written(string user, string sentence)
    {
        // Under the documented rights, without CONFIG GET, the client library does not know how many databases there are, and would continue in database 0.
        await using var redis = await RedisProcess.StartAsync();
        await redis.AskAsync(DocumentedRights.Default.GrantTo("chat"));

        var error = await SendAsync($"{redis.Configuration},{user},defaultDatabase=99");

        error.Message.Should().Contain("defaultDatabase").And.Contain(sentence);
        error.Should().NotBeOfType<ChatUnavailableException>();
        (await redis.AskAsync("DBSIZE")).Should().Equal("0");
    }

    [Fact]
    public async Task A_database_out_of_range_is_not_a_missing_right_even_if_the_client_does_not_know_the_range()
    {
        await using var redis = await RedisProcess.StartAsync();
        await redis.AskAsync(DocumentedRights.Default.GrantTo("chat", "+select"));

        (await SendAsync($"{redis.Configuration},user=chat,password=secret,defaultDatabase=99")).Should().BeOfType<ChatServerException>()
            .Which.Message.Should().Contain("databases").And.NotContain("rights");
        (await redis.AskAsync("DBSIZE")).Should().Equal("0");
    }

    [Fact]
    public async Task Another_database_works_with_the_right_to_select_it()
    {
        await using var redis = await RedisProcess.StartAsync();
        await redis.AskAsync(DocumentedRights.Default.GrantTo("chat", "+select"));
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse($"{redis.Configuration},user=chat,password=secret,defaultDatabase=3"));

        await new Chat(store).SendAsync("lobby", "alice", "hello", Cancelled);

        (await redis.AskAsync("DBSIZE")).Should().Equal("0");
        (await new Chat(store).ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages.Should().ContainSingle();
    }

    [Theory]
    [InlineData("-hsetnx", "right")]
    [InlineData("-evalsha", "+evalsha")]
    [InlineData("resetkeys ~elsewhere:*", "pattern (~)")]
    [InlineData("resetchannels", "pattern (&)")]
    public async Task A_missing_right_is_named_by_its_kind(string change, string sentence)
    {
        await using var redis = await RedisProcess.StartAsync();
        await redis.AskAsync(DocumentedRights.Default.GrantTo("chat", change.Split(' ')));

        var error = await SendAsync($"{redis.Configuration},user=chat,password=secret");

        error.Message.Should().Contain(sentence).And.Contain("docs/operations.md");
    }

    [Fact]
    public async Task A_command_that_the_server_does_not_have_is_named()
    {
        await using var redis = await RedisProcess.StartAsync("--rename-command", "EVALSHA", "");

        (await SendAsync(redis.Configuration)).Should().BeOfType<ChatServerException>().Which.Message.Should().Contain("EVALSHA");
    }

    [Fact]
    public async Task A_command_missing_only_in_scripts_is_found_too()
    {
        await using var redis = await RedisProcess.StartAsync("--rename-command", "APPEND", "");

        (await SendAsync(redis.Configuration)).Should().BeOfType<ChatServerException>().Which.Message.Should().Contain("command that a script runs");
    }

    [Theory]
    [InlineData("password=the-wrong-one", "missing or wrong")]
    [InlineData("", "missing or wrong")]
    [InlineData("user=nobody,password=the-wrong-one", "wrong")]
    public async Task A_refused_login_says_why_and_repeats_no_password(string login, string sentence)
    {
        await using var redis = await RedisProcess.StartAsync("--requirepass", "the-secret");

        var error = await SendAsync($"{redis.Configuration},{login},connectTimeout=2000,connectRetry=1", seconds: 6);

        error.Message.Should().Contain(sentence);
        error.ToString().Should().NotContain("the-wrong-one").And.NotContain("the-secret");
    }

    [Fact]
    public async Task A_disk_that_cannot_be_written_to_is_named()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var admin = await redis.ConnectAsync();
        var server = admin.GetServers()[0];
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration));
        await new Chat(store).SendAsync("lobby", "alice", "hello", Cancelled);

        // A snapshot that fails stops writes while snapshots are configured.
        await server.ConfigSetAsync("save", "3600 1");
        Directory.CreateDirectory(Path.Combine(redis.DataDirectory, "dump.rdb"));
        await server.ExecuteAsync("BGSAVE");
        await Poll.UntilAsync(
            async () => (await server.ExecuteAsync("INFO", "persistence")).ToString().Contains("rdb_last_bgsave_status:err", StringComparison.Ordinal), "the snapshot fails");

        (await SendAsync(redis.Configuration, seconds: 3)).Message.Should().Contain("MISCONF").And.Contain("disk");
    }

    [Fact]
    public async Task A_replica_without_its_primary_says_that_it_is_not_the_primary()
    {
        await using var primary = await RedisProcess.StartAsync();
        await using var replica = await RedisProcess.StartAsync("--replicaof", $"127.0.0.1 {primary.Port}");

        (await SendAsync(replica.Configuration, seconds: 3)).Should().BeOfType<ChatUnavailableException>();
    }

    [Fact]
    public async Task Without_INFO_a_cancelled_call_opens_no_new_connection_and_no_operation_asks()
    {
        await using var redis = await RedisProcess.StartAsync("--rename-command", "INFO", "INFO-OF-TESTS");
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration));
        var chat = new Chat(store);
        await chat.SendAsync("lobby", "alice", "hello", Cancelled);
        var before = await StatisticsAsync("total_connections_received");
        using (var cancelled = new CancellationTokenSource())
        {
            redis.Freeze();
            var send = chat.SendAsync("lobby", "alice", "never mind", cancelled.Token);
            await cancelled.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => send);
            redis.Thaw();
        }

        // The watchdog used to open a connection every second or two.
        await Task.Delay(TimeSpan.FromSeconds(4), Cancelled);
        (await StatisticsAsync("total_connections_received")).Should().BeLessThanOrEqualTo(before + 2);

        var evals = await CallsAsync("eval");
        for (var i = 0; i < 20; i++)
        {
            await chat.SendAsync("lobby", "alice", "hello", Cancelled);
        }

        (await CallsAsync("eval")).Should().Be(evals);

        async Task<long> StatisticsAsync(string name) => long.Parse((await FieldAsync($"{name}:"))!, CultureInfo.InvariantCulture);

        async Task<long> CallsAsync(string command) =>
            await FieldAsync($"cmdstat_{command}:calls=") is { } calls ? long.Parse(calls.Split(',')[0], CultureInfo.InvariantCulture) : 0;

        async Task<string?> FieldAsync(string start) => (await redis.AskAsync("INFO-OF-TESTS", "everything"))[0].Split("\r\n")
            .FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal))?[start.Length..];
    }

    /// <summary>Makes a send that is refused.</summary>
    /// <param name="configuration">How to connect.</param>
    /// <param name="seconds">Its deadline, which it meets only if the refusal may be temporary.</param>
    private static async Task<ChatException> SendAsync(string configuration, int seconds = 20)
    {
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(configuration));
        return await Assert.ThrowsAnyAsync<ChatException>(
            () => new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromSeconds(seconds) }).SendAsync("lobby", "alice", "hello", Cancelled));
    }
}
