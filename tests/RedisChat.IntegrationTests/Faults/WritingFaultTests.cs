using System.Globalization;
using RedisChat.Conformance;
using RedisChat.Faults;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>Messages that are written part by part, when the writer dies, when events are lost, and when the server goes away.</summary>
public sealed class WritingFaultTests : IDisposable
{
    private const string Room = "lobby";
    private static readonly WritingOptions Options = new() { Interval = TimeSpan.Zero, Lease = TimeSpan.FromMinutes(1) };

    private readonly DirectoryInfo _logs = Directory.CreateTempSubdirectory("redischat-writing-");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _logs.Delete(recursive: true);

    [Fact]
    public async Task When_its_writer_is_killed_a_message_is_abandoned_for_all_with_everything_that_was_acknowledged()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var here = Open(redis.Configuration);
        await using var there = Open(redis.Configuration);
        await new Chat(here).SendAsync(Room, "alice", "?", Cancelled);
        await using var log = new WatchLog(here.WatchAsync(Room, cancellationToken: Cancelled));
        await using var other = new WatchLog(there.WatchAsync(Room, cancellationToken: Cancelled));
        await log.CaughtUpAsync();
        await other.CaughtUpAsync();

        int acknowledged;
        await using (var worker = await WorkerProcess.StartAsync(new WorkerOptions
        {
            Sends = false,
            Act = WorkerOptions.Write,
            Redis = redis.Configuration,
            Rooms = [Room],
            Users = ["bot"],
            Timeout = TimeSpan.FromMinutes(1),
            Expiry = TimeSpan.FromSeconds(5),
            Log = Path.Combine(_logs.FullName, "write.log"),
        }))
        {
            await worker.UntilAsync(events => events.OfType<Acted>().Count() >= 20, "twenty parts are stored");
            worker.Kill();
            worker.History.Read();
            acknowledged = int.Parse(worker.History.Events.OfType<Acted>().Last().Act, CultureInfo.InvariantCulture);
        }

        await log.UntilAsync(HasEnded);
        await other.UntilAsync(HasEnded);

        var message = (await there.GetAsync(Room, 2, Cancelled))!;
        message.Writing.Should().Be(WritingState.Abandoned);
        message.Text.Length.Should().BeGreaterThanOrEqualTo(acknowledged);
        message.Text.Should().Be(string.Concat(Enumerable.Range(0, message.Text.Split(' ').Length - 1).Select(n => $"{n} ")));
        foreach (var watched in new[] { log, other })
        {
            watched.Events.OfType<RoomEvent.WritingEnded>().Should().ContainSingle().Which.Message.Should().Be(message);
            message.Text.Should().StartWith(TextOf(watched));
        }

        await using var admin = await redis.ConnectAsync();
        (await admin.GetDatabase().KeyExistsAsync($"chatroom:{{{Room}}}:writing")).Should().BeFalse();
        (await admin.GetDatabase().SortedSetLengthAsync($"chatroom:{{{Room}}}:changed")).Should().Be(2, "the message ended once");
    }

    [Fact]
    public async Task Subscriptions_killed_again_and_again_leave_the_text_whole()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var watching = Open(redis.Configuration);
        await using var writing = Open(redis.Configuration);
        await using var admin = await redis.ConnectAsync();
        await new Chat(writing).SendAsync(Room, "alice", "?", Cancelled);
        await using var log = new WatchLog(watching.WatchAsync(Room, cancellationToken: Cancelled));
        await log.CaughtUpAsync();
        await using var writer = await new Chat(writing).Room(Room).BeginAsync(new NewMessage("bot", ""), Options, Cancelled);

        for (var kill = 1; kill <= 20; kill++)
        {
            await admin.GetDatabase().ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");
            for (var part = 1; part <= 10; part++)
            {
                await writer.AppendAsync($"{kill}.{part} ", Cancelled);
                await writer.FlushAsync(Cancelled);
            }
        }

        await log.UntilAsync(seen => TextOf(seen) == writer.Text);
        var message = await writer.CompleteAsync(Cancelled);
        await log.UntilAsync(HasEnded);
        TextOf(log).Should().Be(message.Text);
        log.Events.OfType<RoomEvent.WritingEnded>().Should().ContainSingle().Which.Message.Should().Be(message);
    }

    [Fact]
    public async Task An_end_that_a_deaf_subscription_misses_is_delivered_with_the_whole_text()
    {
        await using var server = await SingleServer.StartAsync(SingleServer.NotPersistent);
        await using var watching = new RedisMessageStore(
            ConfigurationOptions.Parse(server.Configuration), new RedisStoreOptions { LiveProbeInterval = TimeSpan.FromMilliseconds(300) });
        await using var writing = Open(server.Server.Configuration);
        await new Chat(writing).SendAsync(Room, "alice", "?", Cancelled);
        await using var log = new WatchLog(watching.WatchAsync(Room, cancellationToken: Cancelled));
        await log.CaughtUpAsync();
        await using var writer = await new Chat(writing).Room(Room).BeginAsync(new NewMessage("bot", ""), Options, Cancelled);
        await WriteAsync(writer, "one ");
        await log.UntilAsync(seen => TextOf(seen) == "one ");
        server.Network.SwallowSubscriptions(true);
        await WriteAsync(writer, "two ");
        await WriteAsync(writer, "three");

        var message = await writer.CompleteAsync(Cancelled);

        await log.UntilAsync(HasEnded);
        log.Events.OfType<RoomEvent.WritingEnded>().Single().Message.Should().Be(message);
        log.Room[^1].Should().Be(message);
        "one two three".Should().StartWith(TextOf(log));
    }

    [Fact]
    public async Task A_server_that_crashes_and_comes_back_loses_nothing_of_the_text()
    {
        await using var redis = await RedisProcess.StartAsync("--appendonly", "yes", "--appendfsync", "always");
        await using var watching = Open(redis.Configuration);
        await using var writing = Open(redis.Configuration);
        var chat = new Chat(writing, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) });
        await chat.SendAsync(Room, "alice", "?", Cancelled);
        await using var log = new WatchLog(watching.WatchAsync(Room, cancellationToken: Cancelled));
        await log.CaughtUpAsync();
        await using var writer = await chat.Room(Room).BeginAsync(new NewMessage("bot", ""), Options, Cancelled);

        for (var crash = 1; crash <= 3; crash++)
        {
            for (var part = 1; part <= 10; part++)
            {
                await WriteAsync(writer, $"{crash}.{part} ");
            }

            await redis.KillAsync();
            await writer.AppendAsync("meanwhile ", Cancelled);
            await redis.StartAgainAsync();
        }

        var message = await writer.CompleteAsync(Cancelled);
        message.Text.Should().Be(string.Concat(Enumerable.Range(1, 3).Select(crash => string.Concat(Enumerable.Range(1, 10).Select(part => $"{crash}.{part} ")) + "meanwhile ")));
        await log.UntilAsync(HasEnded);
        log.Room[^1].Should().Be(message);
        message.Text.Should().StartWith(TextOf(log));
        (await watching.GetAsync(Room, 2, Cancelled)).Should().Be(message);
    }

    [Fact]
    public async Task A_server_that_forgets_parts_gets_them_again()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var store = Open(redis.Configuration);
        await using var admin = await redis.ConnectAsync();
        var chat = new Chat(store);
        await using var writer = await chat.Room(Room).BeginAsync(new NewMessage("bot", "é "), Options, Cancelled);
        var (database, key) = (admin.GetDatabase(), $"chatroom:{{{Room}}}:writing");
        await WriteAsync(writer, "ü ");
        var before = await database.HashGetAsync(key, "1");
        await WriteAsync(writer, "😀 ");

        // As after a fail-over that lost the last part.
        await database.HashSetAsync(key, "1", before);
        await database.HashDeleteAsync(key, "1:6");
        await WriteAsync(writer, "ß");

        (await chat.GetAsync(Room, 1, Cancelled))!.Text.Should().Be("é ü 😀 ß");
        (await writer.CompleteAsync(Cancelled)).Text.Should().Be("é ü 😀 ß");
    }

    private static RedisMessageStore Open(string configuration) => new(configuration);

    private static bool HasEnded(WatchLog log) => log.Events.Any(happened => happened is RoomEvent.WritingEnded);

    private static async Task WriteAsync(MessageWriter writer, string part)
    {
        await writer.AppendAsync(part, Cancelled);
        await writer.FlushAsync(Cancelled);
    }

    /// <summary>The text of message 2 by its creation and its parts, each of which must begin where the text ends.</summary>
    private static string TextOf(WatchLog log)
    {
        var text = "";
        foreach (var happened in log.Events)
        {
            switch (happened)
            {
                case RoomEvent.Created { Message: { Id: 2 } message }:
                    text = message.Text;
                    break;
                case RoomEvent.PartWritten part:
                    part.Offset.Should().Be(text.Length);
                    text += part.Text;
                    break;
            }
        }

        return text;
    }
}
