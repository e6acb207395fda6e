using System.Diagnostics;
using System.Net;
using System.Text.Json;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.CommandLine;

/// <summary><c>redischat send</c>.</summary>
public sealed class ToolSendTests(TestServer server) : ToolTests(server)
{
    private readonly TestServer _server = server;

    [Fact]
    public async Task A_text_is_sent_once_for_each_key()
    {
        (await RunAsync("send", "lobby", "--user", "alice", "--text", "@bob hello")).Output.Should().Equal("Sent #1.");
        (await RunAsync("send", "lobby", "--user", "alice", "--text=--json", "--key", "k")).Output.Should().Equal("Sent #2.");
        (await RunAsync("send", "lobby", "--user", "alice", "--text=--json", "--key", "k")).Output.Should().Equal("Was sent before: #2.");
        var receipt = JsonSerializer.Deserialize((await RunAsync("send", "lobby", "--user", "bob", "--text", "hi", "--json")).Output.Single(), ChatJsonContext.Default.MessageReceipt)!;
        receipt.Id.Should().Be(3);

        (await TextsAsync()).Should().Equal("@bob hello", "--json", "hi");
    }

    [Fact]
    public async Task Each_line_of_the_input_is_a_message_and_a_repetition_doubles_none()
    {
        string[] input = [.. Enumerable.Range(1, 300).Select(n => $"line {n}"), "", "  ", "last"];
        (await RunOnAsync(input[..150], "send", "lobby", "--user", "alice", "--key", "k")).Output.Should().Equal("lobby: 150 messages sent.");

        var run = await RunOnAsync(input, "send", "lobby", "--user", "alice", "--key", "k");

        run.ExitCode.Should().Be(0);
        run.Output.Should().Equal("lobby: 151 messages sent, 150 messages had been sent before.");
        (await TextsAsync()).Should().Equal(input.Where(line => !string.IsNullOrWhiteSpace(line)));
    }

    [Theory]
    [InlineData(ToolProcess.Interrupt, 130)]
    [InlineData(ToolProcess.Terminate, 143)]
    public async Task An_interrupted_send_says_how_to_continue(int signal, int exitCode)
    {
        await using var process = Start("send", "lobby", "--user", "alice", "--json");
        await process.TypeAsync("one");
        await process.TypeAsync("two");
        await process.LineAsync("\"id\":2,");
        ChildProcess.Signal(process.Id, signal);
        var run = await process.EndAsync();

        run.ExitCode.Should().Be(exitCode);
        var hint = run.Errors.Should().ContainSingle().Which;
        hint.Should().MatchRegex("^Sent up to line 2. To continue, repeat the command with the same input and --key [0-9a-f]{12} --skip 2.$");
        string[] arguments = [.. hint.TrimEnd('.').Split(' ')[^4..]];
        (await RunOnAsync(["one", "two", "three"], ["send", "lobby", "--user", "alice", .. arguments])).Output.Should().Equal("lobby: 1 message sent.");
        (await RunOnAsync(["one", "two", "three"], ["send", "lobby", "--user", "alice", .. arguments[..2]])).Output.Should().Equal("lobby: 0 messages sent, 3 messages had been sent before.");
        (await TextsAsync()).Should().Equal("one", "two", "three");
    }

    [Fact]
    public async Task A_send_whose_answer_is_lost_says_which_lines_may_have_been_sent()
    {
        var configuration = ConfigurationOptions.Parse(_server.Require());
        await using var network = new FaultProxy(((IPEndPoint)configuration.EndPoints[0]).Port);
        configuration.EndPoints.Clear();
        configuration.EndPoints.Add(IPAddress.Loopback, network.Port);
        string[] command = ["send", "lobby", "--user", "alice", "--json", "--prefix", Prefix];
        await using var process = ToolProcess.StartWith([new("REDISCHAT_REDIS", configuration.ToString(includePassword: true))], command);
        await process.TypeAsync("one");
        await process.LineAsync("\"id\":1,");
        network.SwallowAnswers(true);
        await process.TypeAsync("two");
        await Poll.UntilAsync(async () => (await TextsAsync()).Count == 2, "the message is stored");
        ChildProcess.Signal(process.Id, ToolProcess.Interrupt);
        var run = await process.EndAsync();

        run.ExitCode.Should().Be(130);
        var hint = run.Errors.Should().ContainSingle().Which;
        hint.Should().MatchRegex(
            "^Sent up to line 1. Line 2 may have been sent, too. To continue without sending any twice, repeat the command with the same input and --key [0-9a-f]{12} --skip 1 within 10 min. Later, look first which of them are in the room.$");
        string[] arguments = [.. hint.Split(" and ")[1].Split(' ')[..4]];
        (await RunOnAsync(["one", "two", "three"], ["send", "lobby", "--user", "alice", .. arguments])).Output.Should().Equal("lobby: 1 message sent, 1 message had been sent before.");
        (await TextsAsync()).Should().Equal("one", "two", "three");
    }

    [Fact]
    public async Task A_send_whose_output_nobody_reads_says_how_to_continue_after_the_lines_that_were_sent()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not say that the reader of a pipe is gone.");
        using var process = Process.Start(Describe("send", "lobby", "--user", "alice", "--json", "--key", "k"))!;
        process.StandardOutput.Close();

        // The lines are there at once, so most probably they are one batch, which the refused line makes go line by line.
        await process.StandardInput.WriteAsync(string.Concat(Enumerable.Range(1, 50).Select(n => $"line {n}\n")) + new string('x', 20_000) + "\n");
        process.StandardInput.Close();
        var errors = await process.StandardError.ReadToEndAsync(Cancelled);
        await process.WaitForExitAsync(Cancelled);

        process.ExitCode.Should().Be(141);
        var sent = (await TextsAsync()).Count;
        sent.Should().BePositive();
        errors.Should().Be($"Sent up to line {sent}. To continue, repeat the command with the same input and --key k --skip {sent}.\n");
    }

    [Fact]
    public async Task An_input_that_cannot_be_read_ends_the_command()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A shell redirects the input.");

        // As nohup does on a terminal: the input is open for writing only.
        var run = await RunRedirectedAsync("0>/dev/null", "send", "lobby", "--user", "alice");

        run.ExitCode.Should().Be(1);
        run.Errors[^1].Should().StartWith("The input cannot be read: ");
    }

    [Fact]
    public async Task A_line_that_is_refused_is_named_and_those_before_it_are_sent()
    {
        var run = await RunOnAsync(["one", "two", new string('x', 20_000), "four"], "send", "lobby", "--user", "alice", "--key", "k");

        run.ExitCode.Should().Be(1);
        run.Errors.Should().ContainSingle().Which.Should().StartWith("Line 3: ").And.EndWith("and --key k --skip 3.");
        (await TextsAsync()).Should().Equal("one", "two");

        (await RunOnAsync(["one", "two", new string('x', 20_000), "four"], "send", "lobby", "--user", "alice", "--key", "k", "--skip", "3")).ExitCode.Should().Be(0);
        (await TextsAsync()).Should().Equal("one", "two", "four");
    }

    [Fact]
    public async Task The_rules_of_the_room_hold_for_the_user()
    {
        await Chat.Rooms.CreateAsync("lobby", new RoomAbout { Name = "Lobby" }, RuleSet.MembersOnly, "alice", Cancelled);

        var run = await RunAsync("send", "lobby", "--user", "mallory", "--text", "let me in");

        run.ExitCode.Should().Be(1);
        run.Errors.Should().ContainSingle();
        (await TextsAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_dry_run_says_what_would_be_sent_and_changes_nothing()
    {
        await Chat.SendAsync("lobby", new NewMessage("alice", "one") { IdempotencyKey = "k-1" }, Cancelled);
        var before = await KeyspaceAsync();

        (await RunOnAsync(["one", "two"], "send", "lobby", "--user", "alice", "--key", "k", "--dry-run")).Output
            .Should().Equal("lobby: 1 message would be sent, 1 message had been sent before.");
        Json(await RunAsync("send", "lobby", "--user", "alice", "--text", "x", "--dry-run", "--json")).GetProperty("messages").GetInt64().Should().Be(1);
        (await RunOnAsync(["one", new string('x', 20_000)], "send", "lobby", "--user", "alice", "--dry-run")).Errors.Should().ContainSingle().Which.Should().StartWith("Line 2: ");

        await ShouldBeUnchangedAsync(before);
    }

    private async Task<List<string>> TextsAsync()
    {
        var texts = new List<string>();
        await foreach (var message in Chat.ReceiveAllAsync("lobby", cancellationToken: Cancelled))
        {
            texts.Add(message.Text);
        }

        return texts;
    }
}
