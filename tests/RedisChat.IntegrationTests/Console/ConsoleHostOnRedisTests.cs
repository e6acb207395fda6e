using StackExchange.Redis;
using static RedisChat.IntegrationTests.Sample.ConsoleProcess;

namespace RedisChat.IntegrationTests.Sample;

/// <summary>The console sample beside other programs on one server.</summary>
public sealed class ConsoleHostOnRedisTests(TestServer server)
{
    // The sample has no option for the key prefix, so all of these tests use the default.
    private readonly string _room = $"test-{Guid.NewGuid():n}";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IDatabase Redis => server.Connection.GetDatabase();

    [Fact]
    public async Task The_classic_layout_of_another_program_is_read()
    {
        await SendAsOtherAsync("bob", "hello from the tutorial");
        await SendAsOtherAsync("carol", "me too");

        var run = await RunOnServerAsync(["/from bob", "/delete 1"], "--layout", "classic", "--user", "bob");

        ConsoleRun.ShouldHavePrinted(
            run, $"^#1 {Time} bob: hello from the tutorial$", $"^#2 {Time} carol: me too$", $"^#1 {Time} bob: hello from the tutorial$", "^Deleted #1");
        (await Redis.KeyExistsAsync($"chatroom:{_room}:1")).Should().BeFalse();
        (await Redis.KeyExistsAsync($"chatroom:{_room}:bob")).Should().BeFalse();
    }

    [Fact]
    public async Task The_classic_layout_is_written_for_another_program()
    {
        await SendAsOtherAsync("bob", "hello");

        var before = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        (await RunOnServerAsync(["hi bob"], "--layout", "classic", "--user", "alice")).ExitCode.Should().Be(0);

        ((string?)await Redis.ExecuteAsync("GET", $"chatroom:{_room}:messages")).Should().Be("2");
        (await HashAsync("")).Should().BeEquivalentTo(new Dictionary<string, string> { ["bob"] = "1", ["alice"] = "2" });
        (await HashAsync(":alice")).Should().BeEquivalentTo(new Dictionary<string, string> { ["2"] = "hi bob" });
        var message = await HashAsync(":2");
        message.Keys.Should().BeEquivalentTo("content", "timestamp");
        message["content"].Should().Be("hi bob");

        // A minute to spare, since the time may be that of a server on another machine.
        long.Parse(message["timestamp"], System.Globalization.CultureInfo.InvariantCulture).Should().BeGreaterThanOrEqualTo(before - 60);
    }

    [Fact]
    public async Task Two_chats_continue_after_Redis_restarts()
    {
        await using var redis = await RedisProcess.StartAsync("--appendonly", "yes", "--appendfsync", "always");
        await using var alice = Start("--redis", redis.Configuration, "--user", "alice", "--room", _room);
        await using var bob = Start("--redis", redis.Configuration, "--user", "bob", "--room", _room);
        await alice.TypeAsync("before");
        await bob.LineAsync($"^#1 {Time} alice: before$");

        await redis.KillAsync();
        await redis.StartAgainAsync();
        await bob.TypeAsync("after");

        await alice.LineAsync($"^#2 {Time} bob: after$");
        await alice.TypeAsync("good");
        await bob.LineAsync($"^#3 {Time} alice: good$");
        (await alice.LeaveAsync()).Errors.Should().BeEmpty();
        (await bob.LeaveAsync()).Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task Messages_of_another_client_of_the_library_are_shown_and_vice_versa()
    {
        var chat = new Chat(new RedisMessageStore(server.ChatConnection));
        await chat.SendAsync(_room, "bob", "hello", Cancelled);

        var run = await RunOnServerAsync(["hi bob"], "--user", "alice");

        run.Output.Should().Contain(line => line.EndsWith(" bob: hello", StringComparison.Ordinal));
        (await chat.ReceiveAsync(_room, cancellationToken: Cancelled)).Messages.Select(message => $"{message.User}: {message.Text}")
            .Should().Equal("bob: hello", "alice: hi bob");
    }

    [Fact]
    public async Task Hostile_text_prints_as_one_clean_line()
    {
        var chat = new Chat(new RedisMessageStore(server.ChatConnection));
        await chat.SendAsync(_room, "mallory", "\u001b[2J\u001b]0;owned\u0007\u009b31m[red]bold[/] :smile: {0}", Cancelled);
        await chat.SendAsync(_room, "mallory", "one\r\n#9 12:00:00 alice: forged\rover\u2028\u2029\u0085\vend", Cancelled);
        await chat.SendAsync(_room, "mallory", "\u202Eexe.txt\u202C \u2066x\u2069 \u200F", Cancelled);

        var run = await RunOnServerAsync([], "--user", "alice");

        ConsoleRun.ShouldHavePrinted(
            run,
            $@"^#1 {Time} mallory: \uFFFD\[2J\uFFFD\]0;owned\uFFFD\uFFFD31m\[red\]bold\[/\] :smile: \{{0\}}$",
            $"^#2 {Time} mallory: one\uFFFD\uFFFD#9 12:00:00 alice: forged\uFFFDover\uFFFD\uFFFD\uFFFD\uFFFDend$",
            $"^#3 {Time} mallory: \uFFFDexe.txt\uFFFD \uFFFDx\uFFFD \uFFFD$");
    }

    [Fact]
    public async Task Hostile_names_and_values_print_as_one_clean_line_each()
    {
        // Bypasses the library, which refuses such a name.
        var chat = new Chat(new RedisMessageStore(server.ChatConnection));
        await chat.SendManyAsync(_room, [new("bob", "one"), new("bob", "two"), new("bob", "three")], Cancelled);
        await Redis.HashSetAsync($"chatroom:{{{_room}}}:m:0", 1, """{"t":1700000000000000,"u":"\u001b[2Jmal\nlory\u202e","c":"x"}""");
        await Redis.HashSetAsync($"chatroom:{{{_room}}}:m:0", 2, "\u001b[2J\nno message");

        var run = await RunOnServerAsync([], "--user", "alice");

        run.ExitCode.Should().Be(0);
        run.Output.Should().Contain(line => line.EndsWith(" bob: three", StringComparison.Ordinal));
        run.Output.Concat(run.Errors).SelectMany(line => line).Where(c => char.IsControl(c) || c == '\u202e').Should().BeEmpty();
        run.Output.Should().OnlyContain(line => line.StartsWith('#'));
        run.Errors.Should().ContainSingle().Which.Should().Contain("could not be read");
    }

    [Fact]
    public async Task A_layout_that_cannot_do_something_says_so_in_one_line()
    {
        var run = await RunOnServerAsync(["hello", "/edit 1 hi"], "--layout", "classic", "--user", "alice");

        run.ExitCode.Should().Be(0);
        run.Output.Should().ContainSingle();
        run.Errors.Should().ContainSingle().Which.Should().Contain("editing");
    }

    private Task<ConsoleRun> RunOnServerAsync(string[] lines, params string[] arguments)
    {
        _ = server.Connection;
        var configuration = arguments.Contains("classic") ? server.ClassicConfiguration : server.Configuration;
        return RunAsync(lines, ["--redis", configuration!, "--room", _room, .. arguments]);
    }

    /// <summary>The tutorial's commands, in its own layout.</summary>
    private async Task SendAsOtherAsync(string user, string text)
    {
        var id = (long)await Redis.ExecuteAsync("INCR", $"chatroom:{_room}:messages");
        await Redis.ExecuteAsync("HSET", $"chatroom:{_room}", user, $"{id}");
        await Redis.ExecuteAsync("HSET", $"chatroom:{_room}:{user}", $"{id}", text);
        await Redis.ExecuteAsync("HSET", $"chatroom:{_room}:{id}", "content", text);
        await Redis.ExecuteAsync("HSET", $"chatroom:{_room}:{id}", "timestamp", $"{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}");
    }

    private async Task<Dictionary<string, string>> HashAsync(string part) =>
        (await Redis.HashGetAllAsync($"chatroom:{_room}{part}")).ToStringDictionary();
}
