using RedisChat.Faults;
using RedisChat.IntegrationTests.Hostile;
using RedisChat.IntegrationTests.Redis.Erasure;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>An erasure is interrupted anywhere, and continued by another process.</summary>
public sealed class ErasureFaultTests() : OwnServerTestBase("--appendonly", "yes", "--appendfsync", "always")
{
    private const string User = "alice-the-erased";
    private const int MostCommands = 400;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("erasure");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Theory]
    [InlineData(ErasureMode.Remove)]
    [InlineData(ErasureMode.Anonymize)]
    public async Task It_is_completed_by_another_process_wherever_the_first_one_was_killed(ErasureMode mode)
    {
        var commands = 0;
        for (var wasKilled = true; wasKilled; commands++)
        {
            commands.Should().BeLessThan(MostCommands);
            var prefix = $"test-{commands}";
            await using var store = Open(new RedisStoreOptions { KeyPrefix = prefix, LiveProbeInterval = TimeSpan.FromMilliseconds(100) });
            var chat = new Chat(store, new ChatOptions { KeptVersions = 3 });
            await EveryFeature.UseAsync(chat, store, "lobby", User, "bob", Cancelled);
            wasKilled = await KillAfterAsync(commands, prefix, mode);

            var report = await chat.User(User).EraseAsync(new ErasureOptions { Mode = mode }, cancellationToken: Cancelled);

            report.Findings!.Remaining.Should().BeEmpty("the first process was killed after {0} commands", commands);
            (await RoomDump.TakeAsync(Admin, prefix)).Should().NotContain(line => line.Contains(User, StringComparison.Ordinal) || line.Contains(Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(User)), StringComparison.Ordinal));
            (await chat.SendAsync("lobby", User, "the room accepts writes again", Cancelled)).Id.Should().BePositive();
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{mode}: killed after each of {commands - 1} commands.");
        commands.Should().BeGreaterThan(20);
    }

    [Fact]
    public async Task Killed_processes_and_a_killed_server_do_not_keep_an_erasure_from_its_end()
    {
        const int Rooms = 150;
        var store = Open();
        var chat = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromSeconds(30) });
        for (var room = 0; room < Rooms; room++)
        {
            await chat.SendManyAsync($"room {room}", [.. Enumerable.Range(0, 10).Select(n => new NewMessage(n % 2 == 0 ? User : "bob", $"{n}"))], Cancelled);
        }

        for (var kill = 1; kill <= 3; kill++)
        {
            await using var worker = await WorkerProcess.StartAsync(new WorkerOptions
            {
                Sends = false,
                Act = WorkerOptions.Erase,
                Redis = Server.Configuration,
                Rooms = ["any"],
                Users = [User],
                Timeout = TimeSpan.FromSeconds(30),
                Log = Path.Combine(_directory.FullName, $"{kill}.log"),
            });
            await Poll.UntilAsync(async () => await MarkedAsync() >= kill * Rooms / 5, "rooms were marked");
            worker.Kill();
        }

        (await MarkedAsync()).Should().BeGreaterThan(0);
        var erasing = chat.User(User).EraseAsync(new ErasureOptions { Mode = ErasureMode.Anonymize }, cancellationToken: Cancelled);
        await Server.KillAsync();
        await Server.StartAgainAsync();
        var report = await erasing;

        report.Findings!.Remaining.Should().BeEmpty();
        for (var room = 0; room < Rooms; room++)
        {
            var messages = (await chat.ReceiveAsync($"room {room}", cancellationToken: Cancelled)).Messages;
            messages.Select(message => message.Text).Should().Equal(Enumerable.Range(0, 10).Select(n => $"{n}"));
            messages.Select(message => message.User).Should().Equal(Enumerable.Range(0, 10).Select(n => n % 2 == 0 ? report.Alias : "bob"));
        }

        (await MarkedAsync()).Should().Be(0);
    }

    private async Task<int> MarkedAsync()
    {
        var asked = Enumerable.Range(0, 150).Select(room => Database.HashExistsAsync($"chatroom:{{room {room}}}", "erasing"));
        return (await Task.WhenAll(asked)).Count(isMarked => isMarked);
    }

    /// <summary>Erases in a process that is killed after so many commands; <see langword="false"/> if it took no more.</summary>
    private async Task<bool> KillAfterAsync(int commands, string prefix, ErasureMode mode)
    {
        await using var proxy = new CutProxy(Admin.GetEndPoints()[0], prefix + ":");
        await using var store = Open(new RedisStoreOptions { KeyPrefix = prefix, LiveProbeInterval = TimeSpan.FromMilliseconds(100) }, proxy: proxy.EndPoint);
        var chat = new Chat(store);
        await chat.GetAsync("another room", 1, Cancelled);
        proxy.CutAfter(commands);
        using var killed = new CancellationTokenSource();
        var running = chat.User(User).EraseAsync(new ErasureOptions { Mode = mode, Verify = false }, cancellationToken: killed.Token);
        if (await Task.WhenAny(running, proxy.Cut) == running)
        {
            await running;
            return false;
        }

        await killed.CancelAsync();
        await Task.WhenAny(running);
        running.IsCompletedSuccessfully.Should().BeFalse();
        return true;
    }
}
