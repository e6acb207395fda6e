using System.Globalization;
using System.Net;
using System.Net.Sockets;
using static RedisChat.IntegrationTests.Sample.ConsoleProcess;

namespace RedisChat.IntegrationTests.Sample;

/// <summary>The console sample as its users run it, on its own servers.</summary>
public sealed class ConsoleHostTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static string Port => FreePort().ToString(CultureInfo.InvariantCulture);

    [Fact]
    public async Task The_main_job_prints_what_it_should()
    {
        var run = await RunAsync(["hello", "/history", "/edit 1 hi", "/delete 1", "/history", "/quit"], "--user", "alice", "--port", Port);

        ShouldHavePrinted(
            run,
            $"^#1 {Time} alice: hello$",
            $"^#1 {Time} alice: hello$",
            $@"^#1 {Time} alice: hi \(edited\)$",
            @"^Deleted #1\.$",
            @"^No messages\.$");
    }

    [Fact]
    public async Task The_end_of_the_input_is_the_end_of_the_chat()
    {
        await using var alice = StartOn(FreePort(), "alice");
        await alice.TypeAsync("one");
        await alice.TypeUnfinishedAsync("two");

        ShouldHavePrinted(await alice.LeaveAsync(), $"^#1 {Time} alice: one$", $"^#2 {Time} alice: two$");
    }

    [Fact]
    public async Task Without_any_input_it_exits_at_once() => ShouldHavePrinted(await RunAsync([], "--port", Port));

    [Fact]
    public async Task Reactions_are_shown_to_everyone_and_ones_own_are_marked()
    {
        var port = FreePort();
        await using var alice = StartOn(port, "alice");
        await alice.TypeAsync("hello");
        await alice.LineAsync($"^#1 {Time} alice: hello$");
        await using var bob = StartOn(port, "bob");
        await bob.LineAsync($"^#1 {Time} alice: hello$");

        await bob.TypeAsync("/react #1 👍");
        await alice.LineAsync("^#1 👍 1$");
        await alice.TypeAsync("/react 1 👍");
        await bob.LineAsync("^#1 👍 2$");
        await bob.TypeAsync("/history");
        await bob.LineAsync(@"^#1 👍 2 \(yours\)$");
        await alice.TypeAsync("/unreact 1 👍");
        await bob.LineAsync("^#1 👍 1$");
        await bob.TypeAsync("/react 2 👍");
        await bob.LineAsync("^There is no message #2");
    }

    [Fact]
    public async Task Many_messages_are_deleted_by_one_command()
    {
        var port = FreePort();
        await using var alice = StartOn(port, "alice");
        foreach (var n in new[] { 1, 2, 3, 4 })
        {
            await alice.TypeAsync($"hello {n}");
            await alice.LineAsync($"^#{n} {Time} alice: hello {n}$");
        }

        await using var bob = StartOn(port, "bob");
        await bob.LineAsync($"^#4 {Time} alice: hello 4$");
        await alice.TypeAsync("/delete 2-#3");
        await alice.LineAsync("^Deleted 2 messages.$");
        await bob.LineAsync("^2 messages were deleted, from #2 to #3.$");
        await bob.TypeAsync("/purge alice");
        await bob.ErrorAsync("only to members");
        await alice.TypeAsync("/purge alice");
        await alice.LineAsync("^Deleted 2 messages.$");
        await bob.LineAsync("^2 messages were deleted, from #1 to #4.$");
    }

    [Fact]
    public async Task Pins_are_shown_to_everyone_and_listed()
    {
        var port = FreePort();
        await using var alice = StartOn(port, "alice");
        await alice.TypeAsync("hello");
        await alice.LineAsync($"^#1 {Time} alice: hello$");
        await using var bob = StartOn(port, "bob");
        await bob.LineAsync($"^#1 {Time} alice: hello$");

        await alice.TypeAsync("/claim");
        await bob.LineAsync("^alice is here as owner.$");
        await alice.TypeAsync("/pin 2");
        await alice.LineAsync("^There is no message #2");
        await alice.TypeAsync("/pin #1");
        await bob.LineAsync("^alice pinned #1.$");
        await bob.TypeAsync("/pin 1");
        await bob.ErrorAsync("only to members");
        await bob.TypeAsync("/pins");
        await bob.LineAsync("^#1 was pinned by alice.$");
        await alice.TypeAsync("/unpin 1");
        await bob.LineAsync("^alice unpinned #1.$");
        await bob.TypeAsync("/pins");
        await bob.LineAsync("^No pinned messages.$");
    }

    [Fact]
    public async Task A_second_chat_finds_the_first_chats_server()
    {
        var port = FreePort();
        await using var alice = StartOn(port, "alice");
        await alice.TypeAsync("hello");
        await alice.LineAsync($"^#1 {Time} alice: hello$");

        await using var bob = StartOn(port, "bob");
        await bob.LineAsync($"^#1 {Time} alice: hello$");
        await bob.TypeAsync("hi alice");
        await bob.LineAsync($"^#2 {Time} bob: hi alice$");
        await alice.TypeAsync("/history");
        await alice.LineAsync($"^#2 {Time} bob: hi alice$");

        await bob.TypeAsync("/edit 1 mine");
        await bob.ErrorAsync("Only its author");
        await bob.TypeAsync("/from alice");

        (await bob.LeaveAsync()).ExitCode.Should().Be(0);
        (await alice.LeaveAsync()).ExitCode.Should().Be(0);
    }

    [Fact]
    public async Task Members_bans_and_slow_mode_work_between_two_terminals()
    {
        var port = FreePort();
        await using var alice = StartOn(port, "alice");
        await alice.TypeAsync("/claim");
        await alice.LineAsync("^alice is here as owner.$");
        await using var bob = StartOn(port, "bob");
        await bob.TypeAsync("/join");
        await bob.LineAsync("^bob is here as member.$");
        await alice.LineAsync("^bob is here as member.$");
        await bob.TypeAsync("/ban alice");
        await bob.ErrorAsync("role in this room does not allow this");
        await bob.TypeAsync("/claim");
        await bob.LineAsync("^The room belongs to alice.$");

        await alice.TypeAsync("/slow 3600");
        await bob.LineAsync("^The room is open to everyone, in slow mode: a message every 3600 s.$");
        await bob.TypeAsync("hello");
        await alice.LineAsync($"^#1 {Time} bob: hello$");
        await bob.TypeAsync("hello again");
        await bob.ErrorAsync("slow mode. Try again in");

        await alice.TypeAsync("/mute bob");
        await bob.LineAsync(@"^bob is muted \(alice\).$");
        await alice.TypeAsync("/ban bob 5");
        await bob.ErrorAsync("What others write is not shown any more. The user is banned");
        await bob.TypeAsync("let me in");
        await bob.ErrorAsync("^The user is banned from this room. Try again in");
        await alice.TypeAsync("/who");
        await alice.LineAsync("^alice is here as owner.$");
        await alice.LineAsync("^bob is banned until ");
    }

    [Fact]
    public async Task What_was_read_is_marked_and_what_is_unread_is_counted_at_the_start()
    {
        var port = FreePort();
        await using var alice = StartOn(port, "alice");
        await alice.TypeAsync("/read");
        await alice.LineAsync(@"^No messages\.$");
        await alice.TypeAsync("hello");
        await alice.LineAsync($"^#1 {Time} alice: hello$");
        await using (var bob = StartOn(port, "bob"))
        {
            await bob.LineAsync($"^#1 {Time} alice: hello$");
            await bob.TypeAsync("/read");
            await bob.LineAsync(@"^bob has read up to #1\.$");
        }

        await alice.TypeAsync("are you there?");
        await alice.LineAsync($@"^#2 {Time} alice: are you there\?$");
        await using var back = StartOn(port, "bob");
        await back.LineAsync(@"^1 unread\. /read marks everything as read\.$");
        await alice.TypeAsync("/read");
        await alice.LineAsync(@"^alice has read up to #2\.$");
        await alice.LineAsync(@"^bob has read up to #1\.$");
    }

    [Fact]
    public async Task A_name_in_a_line_mentions_a_member()
    {
        var port = FreePort();
        await using var alice = StartOn(port, "alice");
        await alice.TypeAsync("/join");
        await alice.LineAsync("^alice is here as member.$");
        await alice.TypeAsync("/mentions");
        await alice.LineAsync("^Nobody has mentioned you.$");
        await using var bob = StartOn(port, "bob");
        await alice.LineAsync("^bob came in. 2 users are here.$");
        await bob.TypeAsync("@alice, @nobody and @everyone: mail bob@alice");
        await alice.LineAsync($"^#1 {Time} bob: @alice, @nobody and @everyone: mail bob@alice$");

        await alice.TypeAsync("/inbox");
        await alice.LineAsync("^lobby: 1 unread, 1 of them for you. bob: @alice");
        await alice.TypeAsync("/mentions");
        await alice.LineAsync("^1 unread.$");
        await bob.TypeAsync("/edit 1 nobody");
        await alice.LineAsync("nobody");
        await alice.TypeAsync("/mentions");
        await alice.LineAsync("^Nobody has mentioned you.$");
    }

    [Fact]
    public async Task Who_comes_goes_and_types_and_what_is_unread_is_shown_between_two_terminals()
    {
        var port = FreePort();
        await using var alice = StartOn(port, "alice");
        await alice.TypeAsync("/inbox");
        await alice.LineAsync("^You have joined no room. /join joins this one.$");
        await alice.TypeAsync("/join");
        await alice.LineAsync("^alice is here as member.$");
        await using (var bob = StartOn(port, "bob"))
        {
            await alice.LineAsync("^bob came in. 2 users are here.$");
            await bob.TypeAsync("/typing");
            await alice.LineAsync("^bob is typing …$");
            await bob.TypeAsync("hello");
            await alice.LineAsync($"^#1 {Time} bob: hello$");
            await bob.LeaveAsync();
        }

        await alice.LineAsync("^bob went out. 1 user is here.$");
        await alice.TypeAsync("/inbox");
        await alice.LineAsync("^lobby: 1 unread. bob: hello$");
        await alice.TypeAsync("/read");
        await alice.LineAsync("^alice has read up to #1.$");
        await alice.TypeAsync("/inbox");
        await alice.LineAsync("^lobby: 0 unread. bob: hello$");
    }

    [Fact]
    public async Task Sends_edits_and_deletions_by_others_are_shown_live()
    {
        var port = FreePort();
        await using var alice = StartOn(port, "alice");
        await alice.TypeAsync("hello");
        await alice.LineAsync($"^#1 {Time} alice: hello$");
        await using var bob = StartOn(port, "bob");
        await bob.LineAsync($"^#1 {Time} alice: hello$");

        await alice.TypeAsync("how are you?");
        await bob.LineAsync($@"^#2 {Time} alice: how are you\?$");
        await alice.TypeAsync("/edit 1 hi");
        await bob.LineAsync($@"^#1 {Time} alice: hi \(edited\)$");
        await alice.TypeAsync("/delete 2");
        await bob.LineAsync(@"^#2 was deleted\.$");
        await bob.TypeAsync("fine");
        await alice.LineAsync($"^#3 {Time} bob: fine$");

        // Each line once: the user's own messages are not shown again as events.
        ShouldHavePrinted(
            await bob.LeaveAsync(),
            $"^#1 {Time} alice: hello$", $@"^#2 {Time} alice: how are you\?$", $@"^#1 {Time} alice: hi \(edited\)$", @"^#2 was deleted\.$", $"^#3 {Time} bob: fine$");
    }

    [Fact]
    public async Task The_last_twenty_messages_are_shown_at_the_start()
    {
        var port = FreePort();
        await using var alice = StartOn(port, "alice");
        for (var i = 1; i <= 25; i++)
        {
            await alice.TypeAsync($"text {i}");
        }

        await alice.LineAsync($"^#25 {Time} alice: text 25$");

        await using var bob = StartOn(port, "bob");
        ShouldHavePrinted(await bob.LeaveAsync(), [.. Enumerable.Range(6, 20).Select(i => $"^#{i} {Time} alice: text {i}$")]);
    }

    [Fact]
    public async Task Rooms_are_separate()
    {
        var port = FreePort();
        await using var alice = StartOn(port, "alice", "--room", "a {room}:1");
        await alice.TypeAsync("hello");
        await alice.LineAsync($"^#1 {Time} alice: hello$");

        await using var bob = StartOn(port, "bob", "--room", "another");
        await bob.TypeAsync("/history");

        ShouldHavePrinted(await bob.LeaveAsync(), @"^No messages\.$");
    }

    [Theory]
    [InlineData("There is no option '--colour'", "--colour", "red")]
    [InlineData("--port must be a number", "--port", "many")]
    [InlineData("--room needs a value", "--room")]
    [InlineData("--redis: .*not valid", "--redis", "host,nonsense=1")]
    [InlineData("--redis: .*scheme", "--redis", "https://user:secret@host")]
    [InlineData("--redis: .*comma in a password", "--redis", "host,password=a,b")]
    public async Task A_bad_command_line_gives_one_line_and_exit_code_1(string says, params string[] arguments) =>
        ShouldHaveFailed(await RunAsync([], arguments), says);

    [Fact]
    public async Task An_unreachable_server_gives_one_line_and_exit_code_1() =>
        ShouldHaveFailed(await RunAsync([], "--redis", $"redis://127.0.0.1:{Port}"), "^The room cannot be opened. The room could not be read within 10 s. Redis is not available");

    [Fact]
    public async Task A_port_that_is_taken_gives_one_line_and_exit_code_1()
    {
        var port = FreePort();
        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        var answering = AnswerLikeAWebServerAsync(listener);

        ShouldHaveFailed(await RunAsync([], "--port", $"{port}"), $"Port {port} is taken by something that is not Redis");
        listener.Stop();
        await answering;
    }

    [Fact]
    public async Task A_directory_that_cannot_be_used_gives_one_line_and_exit_code_1()
    {
        var file = Path.GetTempFileName();

        ShouldHaveFailed(await RunAsync([], "--port", Port, "--data", Path.Combine(file, "below")), "directory of --data cannot be used");
        File.Delete(file);
    }

    [Theory]
    [InlineData("/dance", "There is no command /dance")]
    [InlineData("/edit 1", "/edit ID TEXT")]
    [InlineData("/reply 1", "/reply ID TEXT")]
    [InlineData("/reply 5 yes", "Message 5, which is replied to, does not exist")]
    [InlineData("/delete one", "/delete ID")]
    [InlineData("/history 0", "from 1 to 1000")]
    [InlineData("/from", "/from USER")]
    [InlineData("<too long>", "20000 bytes")]
    public async Task A_refused_line_gives_one_line_and_the_chat_continues(string line, string says)
    {
        var run = await RunAsync([line == "<too long>" ? new string('x', 20_000) : line, "hello"], "--store", "memory", "--user", "alice");

        run.ExitCode.Should().Be(0);
        run.Errors.Should().ContainSingle().Which.Should().Contain(says);
        run.Output.Should().ContainSingle().Which.Should().MatchRegex($"^#1 {Time} alice: hello$");
    }

    [Fact]
    public async Task The_memory_store_needs_no_server()
    {
        var run = await RunAsync(["one", "two", "/delete #1", "/history 5", "/from alice"], "--store", "memory", "--user", "alice");

        ShouldHavePrinted(
            run, $"^#1 {Time} alice: one$", $"^#2 {Time} alice: two$", "^Deleted #1", $"^#2 {Time} alice: two$", $"^#2 {Time} alice: two$");
    }

    [Fact]
    public async Task With_a_directory_the_messages_survive_a_crash()
    {
        var directory = Directory.CreateTempSubdirectory("redischat-test-");
        var port = FreePort();
        await using (var alice = StartOn(port, "alice", "--data", directory.FullName))
        {
            await alice.TypeAsync("before");
            await alice.LineAsync($"^#1 {Time} alice: before$");
            await alice.KillAsync();
        }

        await using (var alice = StartOn(port, "alice", "--data", directory.FullName))
        {
            await alice.TypeAsync("after");
            ShouldHavePrinted(await alice.LeaveAsync(), $"^#1 {Time} alice: before$", $"^#2 {Time} alice: after$");
        }

        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Help_names_every_option()
    {
        var run = await RunAsync([], "--help");

        run.ExitCode.Should().Be(0);
        var help = string.Join('\n', run.Output);
        foreach (var option in new[] { "--room", "--user", "--redis", "--layout", "--store", "--data", "--port" })
        {
            help.Should().Contain(option);
        }
    }

    private static async Task AnswerLikeAWebServerAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(Cancelled);
                await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), Cancelled);
            }
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            // The test has stopped it.
        }
    }

    /// <summary>Exactly these lines, no error, no control characters.</summary>
    internal static void ShouldHavePrinted(ConsoleRun run, params string[] patterns)
    {
        run.Errors.Should().BeEmpty();
        run.ExitCode.Should().Be(0);
        run.Output.Should().HaveCount(patterns.Length, "it printed {0}", string.Join('\n', run.Output));
        for (var i = 0; i < patterns.Length; i++)
        {
            run.Output[i].Should().MatchRegex(patterns[i]);
        }

        string.Concat(run.Output).Where(char.IsControl).Should().BeEmpty();
    }

    private static void ShouldHaveFailed(ConsoleRun run, string pattern)
    {
        run.Errors.Should().ContainSingle().Which.Should().MatchRegex(pattern);
        run.Output.Should().BeEmpty();
        run.ExitCode.Should().Be(1);
    }
}
