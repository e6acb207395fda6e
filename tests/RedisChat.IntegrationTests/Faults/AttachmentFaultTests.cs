using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using RedisChat.Faults;
using RedisChat.Redis;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>Processes die while they release attachments or report them: each release is reported at least once, and nothing that is still referred to.</summary>
public sealed class AttachmentFaultTests : IDisposable
{
    private readonly DirectoryInfo _logs = Directory.CreateTempSubdirectory("redischat-attachments-");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _logs.Delete(recursive: true);

    [Theory]
    [InlineData("delete", 5)]
    [InlineData("edit", 5)]
    [InlineData("deleteMany", 8)]
    public async Task Wherever_a_change_is_cut_off_what_it_released_is_reported_and_nothing_else(string change, int mostCommands)
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var store = new RedisMessageStore(redis.Configuration);
        var recorder = new Recorder();
        var chat = NewChat(store, recorder);
        var (released, kept) = (0, 0);
        for (var commands = 0; commands <= mostCommands; commands++)
        {
            var room = string.Create(CultureInfo.InvariantCulture, $"room {commands}");
            await chat.SendAsync(room, New($"{room} 1"), Cancelled);
            await CutAsync(redis, commands, (cut, token) => change switch
            {
                "delete" => cut.Room(room).DeleteAsync(1, "alice", cancellationToken: token),
                "edit" => cut.Room(room).EditAsync(1, "alice", new MessageEdit("edited") { Attachments = [] }, token),
                _ => cut.Room(room).DeleteManyAsync(MessageSelection.Of(1), Actor.Application, cancellationToken: token),
            });

            var isReleased = await chat.GetAsync(room, 1, Cancelled) is not { Attachments.Count: 1 };
            (released, kept) = (released + (isReleased ? 1 : 0), kept + (isReleased ? 0 : 1));
            await DrainAsync(redis, chat, store, room);

            recorder.Addresses.Contains($"{room} 1").Should().Be(isReleased, "after {0} commands", commands);
        }

        released.Should().BePositive("some cuts come after the change");
        kept.Should().BePositive("some cuts come before the change");
    }

    [Fact]
    public async Task Wherever_the_deletion_of_a_room_is_cut_off_everything_is_reported_once_it_is_continued()
    {
        const int MostCommands = 40;
        await using var redis = await RedisProcess.StartAsync();
        await using var store = new RedisMessageStore(redis.Configuration, new RedisStoreOptions { SealAfter = 1 });
        var recorder = new Recorder();
        var chat = NewChat(store, recorder);
        for (var commands = 0; commands <= MostCommands; commands += 2)
        {
            var room = string.Create(CultureInfo.InvariantCulture, $"room {commands}");
            await chat.SendManyAsync(room, [.. Enumerable.Range(1, 100).Select(n => New($"{room} {n}"))], Cancelled);
            await chat.SendManyAsync(room, [.. Enumerable.Range(101, 100).Select(n => New($"{room} {n}"))], Cancelled);
            await chat.SendManyAsync(room, [.. Enumerable.Range(201, 100).Select(n => New($"{room} {n}"))], Cancelled);
            await store.SealedAsync();
            await chat.Room(room).Thread(300).SendAsync(New($"{room} thread"), Cancelled);
            await CutAsync(redis, commands, (cut, token) => cut.Rooms.DeleteAsync(room, Actor.Application, cancellationToken: token));

            await new Chat(store).Rooms.DeleteAsync(room, Actor.Application, cancellationToken: Cancelled);
            await DrainAsync(redis, chat, store, room);

            recorder.Addresses.Where(address => address.StartsWith($"{room} ", StringComparison.Ordinal)).Distinct()
                .Should().BeEquivalentTo(Enumerable.Range(1, 300).Select(n => $"{room} {n}").Append($"{room} thread"), "after {0} commands", commands);
        }
    }

    [Fact]
    public async Task Wherever_the_upkeep_is_cut_off_each_release_is_reported()
    {
        // One call for each part of the index, the notices, their removal, the end of the claim, and some more.
        const int MostCommands = 22;
        await using var redis = await RedisProcess.StartAsync();
        await using var store = new RedisMessageStore(redis.Configuration);
        var recorder = new Recorder();
        var chat = NewChat(store, recorder);
        var byTheCutOne = 0;
        for (var commands = 14; commands <= MostCommands; commands++)
        {
            var room = string.Create(CultureInfo.InvariantCulture, $"room {commands}");
            await chat.SendAsync(room, New($"{room} 1"), Cancelled);
            await chat.DeleteAsync(room, 1, "alice", cancellationToken: Cancelled);
            await CutAsync(redis, commands, (cut, token) => cut.RunUpkeepAsync(token), recorder);
            byTheCutOne += recorder.Addresses.Contains($"{room} 1") ? 1 : 0;

            await DrainAsync(redis, chat, store, room);

            recorder.Addresses.Should().Contain($"{room} 1", "after {0} commands", commands);
        }

        byTheCutOne.Should().BeInRange(1, MostCommands - 14, "the cut comes before and after the report");
    }

    [Fact]
    public async Task Of_processes_that_are_killed_in_a_row_each_release_is_reported()
    {
        const int Count = 400;
        const int Kills = 6;
        await using var redis = await RedisProcess.StartAsync();
        await using var store = new RedisMessageStore(redis.Configuration);
        var chat = NewChat(store, new Recorder());
        for (var n = 0; n < Count; n += 100)
        {
            await chat.SendManyAsync("lobby", [.. Enumerable.Range(n, 100).Select(m => New($"{m}"))], Cancelled);
        }

        var deleting = Task.Run(async () =>
        {
            for (var id = 1; id <= Count; id++)
            {
                await chat.DeleteAsync("lobby", id, "alice", cancellationToken: Cancelled);
            }
        });
        var workers = new List<WorkerProcess>();
        var reported = new HashSet<string>();
        for (var kill = 0; kill <= Kills || reported.Count < Count; kill++)
        {
            var worker = await StartAsync(redis, kill);
            workers.Add(worker);
            var before = reported.Count;

            // Some more are reported before it is killed, wherever it is.
            await worker.UntilAsync(events => Add(reported, events) >= Math.Min(before + (Count / Kills), Count), "attachments are reported");
            worker.Kill();
        }

        await deleting;
        foreach (var worker in workers)
        {
            worker.History.Read();
            worker.History.Events.OfType<Broken>().Should().BeEmpty();
            await worker.DisposeAsync();
        }

        reported.Should().BeEquivalentTo(Enumerable.Range(0, Count).Select(n => $"{n}"));
    }

    private static int Add(HashSet<string> reported, IReadOnlyList<HistoryEvent> events)
    {
        reported.UnionWith(events.OfType<Acted>().Select(acted => acted.Act));
        return reported.Count;
    }

    /// <summary>Runs an action in a client that is cut off after so many commands, and ends the client.</summary>
    private static async Task CutAsync(RedisProcess redis, int commands, Func<Chat, CancellationToken, Task> act, Recorder? recorder = null)
    {
        await using var proxy = new CutProxy(new IPEndPoint(IPAddress.Loopback, redis.Port), "chatroom:");
        await using var cut = new RedisMessageStore($"{proxy.EndPoint},asyncTimeout=1000");
        var chat = NewChat(cut, recorder ?? new Recorder());
        await chat.GetAsync("another room", 1, Cancelled);
        proxy.CutAfter(commands);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var acting = act(chat, ending.Token);
        await Task.WhenAny(acting, proxy.Cut).WaitAsync(TimeSpan.FromSeconds(60), Cancelled);
        await ending.CancelAsync();
        await acting.ContinueWith(static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <summary>Runs the upkeep until a room has no notices left. What it would find after a minute, it finds at once.</summary>
    private static async Task DrainAsync(RedisProcess redis, Chat chat, RedisMessageStore store, string room)
    {
        await using var connection = await redis.ConnectAsync();
        await foreach (var key in connection.GetServers()[0].KeysAsync(pattern: "chatroom*:upkeep"))
        {
            if (await connection.GetDatabase().SortedSetScoreAsync(key, room) is not null)
            {
                await connection.GetDatabase().SortedSetDecrementAsync(key, room, UpkeepIndex.WriteMargin.TotalMicroseconds);
            }
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var running = chat.RunUpkeepAsync(end.Token);
        await Poll.UntilAsync(async () => (await store.GetAbility<IAttachmentNoticeStore>()!.ReadNoticesAsync(room, 1, Cancelled)).Count == 0, "all notices are reported");
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private static NewMessage New(string address) =>
        new("alice", "") { Attachments = [new Attachment { Kind = "file", Name = "a", MediaType = "text/plain", Size = 1, Address = address }] };

    private static Chat NewChat(IMessageStore store, Recorder recorder) =>
        new(
            store,
            new ChatOptions
            {
                Upkeep = { PollInterval = TimeSpan.FromMilliseconds(100), Lease = TimeSpan.FromSeconds(1) },
            },
            attachments: recorder);

    private Task<WorkerProcess> StartAsync(RedisProcess redis, int number) => WorkerProcess.StartAsync(new WorkerOptions
    {
        Sends = false,
        Act = WorkerOptions.Release,
        Redis = redis.Configuration,
        Rooms = ["lobby"],
        Users = ["nobody"],
        Timeout = TimeSpan.FromMilliseconds(500),
        Log = Path.Combine(_logs.FullName, string.Create(CultureInfo.InvariantCulture, $"{number} {Guid.NewGuid():n}.log")),
    });

    private sealed class Recorder : IAttachmentStore
    {
        private readonly ConcurrentQueue<string> _addresses = new();

        public IReadOnlyCollection<string> Addresses => _addresses;

        public ValueTask ReleasedAsync(IReadOnlyList<ReleasedAttachment> attachments, CancellationToken cancellationToken = default)
        {
            foreach (var attachment in attachments)
            {
                _addresses.Enqueue(attachment.Attachment.Address);
            }

            return default;
        }
    }
}
