using System.Globalization;
using System.Net;
using RedisChat.Faults;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>Processes that send scheduled messages die: each message is sent exactly once all the same.</summary>
public sealed class ScheduleFaultTests : IDisposable
{
    // One call for each part of the directory, the message, the send, the end of the claim, and some more.
    private const int MostCommands = 24;

    private readonly DirectoryInfo _logs = Directory.CreateTempSubdirectory("redischat-schedule-");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _logs.Delete(recursive: true);

    [Fact]
    public async Task Wherever_a_sender_is_cut_off_the_message_is_sent_once()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var store = new RedisMessageStore(redis.Configuration);
        var chat = NewChat(store, TimeSpan.FromSeconds(10));
        await SendAsync(chat, "warm up");
        var byTheCutOne = 0;
        for (var commands = 0; commands <= MostCommands; commands++)
        {
            var room = string.Create(CultureInfo.InvariantCulture, $"room {commands}");
            await chat.Room(room).Schedule.AddAsync(new NewMessage("alice", "once"), DateTimeOffset.UtcNow, Cancelled);
            await using var proxy = new CutProxy(new IPEndPoint(IPAddress.Loopback, redis.Port), "chatroom:");
            proxy.CutAfter(commands);
            await using (var cut = new RedisMessageStore($"{proxy.EndPoint},asyncTimeout=1000"))
            {
                using var end = new CancellationTokenSource();
                var sending = NewChat(cut, TimeSpan.FromMilliseconds(200)).RunScheduleAsync(end.Token);
                await proxy.Cut.WaitAsync(Cancelled);
                await end.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
            }

            byTheCutOne += (await chat.ReceiveAsync(room, cancellationToken: Cancelled)).Messages.Count;
            await SendAsync(chat, room);
        }

        byTheCutOne.Should().BeInRange(1, MostCommands, "the cut comes before and after the send");

        async Task SendAsync(Chat other, string room)
        {
            if (room == "warm up")
            {
                await other.Room(room).Schedule.AddAsync(new NewMessage("alice", "once"), DateTimeOffset.UtcNow, Cancelled);
            }

            using var end = new CancellationTokenSource();
            var sending = other.RunScheduleAsync(end.Token);
            while ((await other.Room(room).Schedule.ListAsync("alice", Cancelled)).Count > 0)
            {
                await Task.Yield();
            }

            await end.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
            (await other.ReceiveAsync(room, cancellationToken: Cancelled)).Messages.Should().ContainSingle("after {0}", room);
        }
    }

    [Fact]
    public async Task Of_processes_that_are_killed_in_a_row_each_message_is_sent_once()
    {
        const int Count = 80;
        await using var redis = await RedisProcess.StartAsync();
        await using var store = new RedisMessageStore(redis.Configuration);
        var room = NewChat(store, TimeSpan.FromSeconds(10)).Room("lobby");
        var start = DateTimeOffset.UtcNow.AddSeconds(1);
        await Task.WhenAll(Enumerable.Range(0, Count).Select(
            n => room.Schedule.AddAsync(new NewMessage($"user {n % 5}", $"{n}"), start.AddMilliseconds(n * 50), Cancelled)));

        var workers = new Queue<WorkerProcess>();
        var sent = 0;
        for (var kill = 0; sent < Count; kill++)
        {
            while (workers.Count < 2)
            {
                workers.Enqueue(await StartAsync(redis, kill + workers.Count));
            }

            // Some more are sent before the next one is killed, wherever it is.
            var before = sent;
            await foreach (var happened in room.WatchAsync(RoomPosition.Start, Cancelled))
            {
                sent = (int)happened.Position.MessageId;
                if (sent > before + 5 || sent >= Count)
                {
                    break;
                }
            }

            await using var killed = workers.Dequeue();
            killed.Kill();
        }

        while (workers.TryDequeue(out var worker))
        {
            await worker.DisposeAsync();
        }

        var messages = (await room.ReceiveAsync(new MessageQuery(1000), Cancelled)).Messages;
        messages.Select(message => message.Text).Should().BeEquivalentTo(Enumerable.Range(0, Count).Select(n => $"{n}"));
        for (var user = 0; user < 5; user++)
        {
            (await room.Schedule.ListAsync($"user {user}", Cancelled)).Should().BeEmpty();
        }
    }

    private static Chat NewChat(IMessageStore store, TimeSpan timeout)
    {
        var options = new ChatOptions { OperationTimeout = timeout };
        options.Schedule.PollInterval = TimeSpan.FromMilliseconds(100);
        return new Chat(store, options);
    }

    private Task<WorkerProcess> StartAsync(RedisProcess redis, int number) => WorkerProcess.StartAsync(new WorkerOptions
    {
        Sends = false,
        Act = WorkerOptions.Schedule,
        Redis = redis.Configuration,
        Rooms = ["lobby"],
        Users = ["nobody"],
        Timeout = TimeSpan.FromMilliseconds(500),
        Log = Path.Combine(_logs.FullName, string.Create(CultureInfo.InvariantCulture, $"{number} {Guid.NewGuid():n}.log")),
    });
}
