using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using RedisChat.IntegrationTests.Sample;

namespace RedisChat.IntegrationTests.CommandLine;

/// <summary><c>redischat tail</c>.</summary>
public sealed class ToolTailTests(TestServer server) : ToolTests(server), IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("redischat-test-");

    private string File => Path.Combine(_directory.FullName, "position");

    [Fact]
    public async Task Events_are_printed_as_they_happen()
    {
        await Chat.SendAsync("lobby", "alice", "before", Cancelled);
        var position = (await Chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Position;
        await Chat.SendAsync("lobby", "alice", "missed", Cancelled);
        await using var tail = Start("tail", "lobby", "--after", position.ToString());
        await tail.LineAsync("^#2 .* alice: missed$");

        await Chat.SendAsync("lobby", "bob", "live", Cancelled);
        await Chat.EditAsync("lobby", 2, Actor.User("alice"), "changed", Cancelled);
        await Chat.DeleteAsync("lobby", 1, Actor.User("alice"), "a reason", Cancelled);
        await Chat.Room("lobby").Reactions.AddAsync(3, "alice", "👍", Cancelled);
        await tail.LineAsync("^reactions: #3 👍 1$");
        await Chat.Rooms.DeleteAsync("lobby", Actor.Application, cancellationToken: Cancelled);
        var run = await tail.EndAsync();

        run.ExitCode.Should().Be(0, "the end of the room is the end of its events");
        run.Errors.Should().BeEmpty();
        run.Output.Should().SatisfyRespectively(
            line => line.Should().EndWith("alice: missed"),
            line => line.Should().EndWith("bob: live"),
            line => line.Should().StartWith("edited: #2 ").And.EndWith("alice: changed (edited)"),
            line => line.Should().Be("deleted: #1 by alice (a reason)"),
            line => line.Should().Be("reactions: #3 👍 1"),
            line => line.Should().Be("the room was deleted"));
    }

    [Fact]
    public async Task Stopped_at_any_moment_it_resumes_with_nothing_lost_or_doubled()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var (sent, seen) = (0, new List<string>());
        await Chat.SendAsync("lobby", "alice", $"{++sent}", Cancelled);
        var sending = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await Chat.SendAsync("lobby", "alice", $"{++sent}", Cancelled);
                await Task.Delay(1, Cancelled);
            }
        });

        for (var n = 0; n < 4; n++)
        {
            await using var tail = Start("tail", "lobby", "--json", "--resume", File);
            await tail.LineAsync(n == 0 ? "\"kind\":\"caughtUp\"" : "\"kind\":\"created\"");
            ChildProcess.Signal(tail.Id, n % 2 == 0 ? ToolProcess.Interrupt : ToolProcess.Terminate);
            var run = await tail.EndAsync();
            run.ExitCode.Should().Be(n % 2 == 0 ? 130 : 143);
            run.Errors.Should().BeEmpty();
            seen.AddRange(Created(run));
        }

        await stop.CancelAsync();
        await sending;
        seen.AddRange(Created(await RunAsync("tail", "lobby", "--json", "--resume", File, "--no-follow")));
        (await RunAsync("tail", "lobby", "--resume", File, "--no-follow")).Output.Should().BeEmpty();

        var first = int.Parse(seen[0], CultureInfo.InvariantCulture);
        seen.Should().Equal(Enumerable.Range(first, sent - first + 1).Select(n => $"{n}"));
        seen.Should().HaveCountGreaterThan(10);
    }

    [Fact]
    public async Task A_position_of_a_lost_history_is_a_gap()
    {
        await Chat.SendAsync("lobby", "alice", "hello", Cancelled);
        var position = (await Chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Position;

        var run = await RunAsync("tail", "lobby", "--no-follow", "--after", (position with { Epoch = 1 }).ToString());

        run.Output.Should().ContainSingle().Which.Should().StartWith("GAP: ");
        JsonDocument.Parse((await RunAsync("tail", "lobby", "--no-follow", "--json", "--after", (position with { Epoch = 1 }).ToString())).Output[0])
            .RootElement.GetProperty("kind").GetString().Should().Be("gap");
    }

    [Fact]
    public async Task The_file_of_another_room_and_other_files_are_refused_and_kept()
    {
        await Chat.SendAsync("lobby", "alice", "hello", Cancelled);
        (await RunAsync("tail", "lobby", "--resume", File, "--no-follow")).ExitCode.Should().Be(0);
        var saved = await System.IO.File.ReadAllTextAsync(File, Cancelled);

        var other = await RunAsync("tail", "other", "--resume", File, "--no-follow");
        other.ExitCode.Should().Be(1);
        other.Errors.Should().ContainSingle().Which.Should().Contain("belongs to the room 'lobby'");
        (await System.IO.File.ReadAllTextAsync(File, Cancelled)).Should().Be(saved);

        await System.IO.File.WriteAllTextAsync(File, "precious\n", Cancelled);
        (await RunAsync("tail", "lobby", "--resume", File, "--no-follow")).ExitCode.Should().Be(1);
        (await System.IO.File.ReadAllTextAsync(File, Cancelled)).Should().Be("precious\n");
        (await RunAsync("tail", "lobby", "--no-follow", "--resume", Path.Combine(_directory.FullName, "no", "such"))).Errors.Should().ContainSingle().Which.Should().StartWith("--resume: ");
    }

    [Fact]
    public async Task It_ends_when_nobody_reads_its_output_any_more()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not say that the reader of a pipe is gone.");
        await Chat.SendAsync("lobby", "alice", "hello", Cancelled);
        using var tail = Process.Start(Describe("tail", "lobby", "--after", "0.0.0.0"))!;
        (await tail.StandardOutput.ReadLineAsync(Cancelled)).Should().EndWith("alice: hello");
        tail.StandardOutput.Close();

        await Chat.SendAsync("lobby", "alice", "nobody reads this", Cancelled);

        await tail.WaitForExitAsync(Cancelled).WaitAsync(TimeSpan.FromSeconds(60), Cancelled);
        tail.ExitCode.Should().Be(141);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private static IEnumerable<string> Created(ConsoleRun run) =>
        run.Output.Select(line => JsonSerializer.Deserialize(line, ChatJsonContext.Default.RoomEvent)).OfType<RoomEvent.Created>().Select(created => created.Message.Text);
}
