using static RedisChat.IntegrationTests.Sample.ConsoleProcess;
using static RedisChat.IntegrationTests.Sample.ConsoleRun;

namespace RedisChat.IntegrationTests.Sample;

/// <summary>The console sample as its users run it, on its own servers.</summary>
public sealed class ConsoleHostTests
{
    [Fact]
    public async Task The_main_job_prints_what_it_should()
    {
        var run = await RunAsync(["hello", "/history", "/edit 1 hi", "/delete 1", "/history", "/quit"], "--user", "alice", "--port", $"{FreePort()}");

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
    public async Task Without_any_input_it_exits_at_once() => ShouldHavePrinted(await RunAsync([], "--port", $"{FreePort()}"));

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
}
