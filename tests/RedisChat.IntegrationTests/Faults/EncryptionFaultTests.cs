using System.Globalization;
using System.Net;
using RedisChat.Faults;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>Processes that create the keys of rooms and send the first messages die: whatever was acknowledged is there, and whatever is there can be read.</summary>
public sealed class EncryptionFaultTests : IDisposable
{
    private const int Rooms = 40;
    private const int Kills = 8;

    // The keys, a new key, the message, and some more.
    private const int MostCommands = 5;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("redischat-encryption-");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Keys => Path.Combine(_directory.FullName, "keys");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Wherever_the_first_sender_of_a_room_is_cut_off_the_next_one_goes_on()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var store = Open(redis.Configuration);
        var chat = new Chat(store);
        var left = new List<(bool Key, bool Message)>();
        for (var commands = 0; commands <= MostCommands; commands++)
        {
            var room = string.Create(CultureInfo.InvariantCulture, $"room {commands}");
            await using var proxy = new CutProxy(new IPEndPoint(IPAddress.Loopback, redis.Port), "chatroom:");
            var message = new NewMessage("alice", "first") { IdempotencyKey = "k" };
            await using (var cut = Open($"{proxy.EndPoint},asyncTimeout=1000"))
            {
                var other = new Chat(cut);
                await other.GetAsync("another room", 1, Cancelled);
                proxy.CutAfter(commands);
                using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
                var sending = other.SendAsync(room, message, end.Token);
                await Task.WhenAny(sending, proxy.Cut).WaitAsync(TimeSpan.FromSeconds(60), Cancelled);
                await end.CancelAsync();
                await Record.ExceptionAsync(() => sending);
            }

            await using var connection = await redis.ConnectAsync();
            left.Add((await connection.GetDatabase().KeyExistsAsync($"chatroom:{{{room}}}:key"), await connection.GetDatabase().KeyExistsAsync($"chatroom:{{{room}}}:m:0")));
            await chat.SendAsync(room, message, Cancelled);
            await chat.SendAsync(room, "alice", "second", Cancelled);

            (await chat.ReceiveAsync(room, cancellationToken: Cancelled)).Messages.Select(found => found.Text).Should().Equal(["first", "second"], "after {0} commands", commands);
        }

        left.Should().Contain((false, false)).And.Contain((true, false), "a cut comes between the key and the first message").And.Contain((true, true));
    }

    [Fact]
    public async Task Of_processes_that_are_killed_in_a_row_everything_acknowledged_can_be_read()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        var acknowledged = new List<(string Room, long Id)>();
        var rooms = new List<string>();
        for (var kill = 0; kill < Kills; kill++)
        {
            // Two at once, in rooms that nobody has used: so both create their keys.
            string[] names = [.. Enumerable.Range(0, Rooms).Select(n => string.Create(CultureInfo.InvariantCulture, $"r{kill}-{n}"))];
            rooms.AddRange(names);
            var workers = new[] { await StartAsync(redis, kill * 2, names), await StartAsync(redis, (kill * 2) + 1, names) };
            await workers[0].UntilAsync(events => events.OfType<SendAcknowledged>().Count() > kill * 3, "some messages are sent");
            foreach (var worker in workers)
            {
                worker.Kill();
                worker.History.Read();
                var sends = worker.History.Events.OfType<SendBegan>().ToDictionary(send => send.Attempt, send => send.Room);
                acknowledged.AddRange(worker.History.Events.OfType<SendAcknowledged>().SelectMany(send => send.Receipts.Select(receipt => (sends[send.Attempt], receipt.Id))));
                await worker.DisposeAsync();
            }
        }

        await using var store = Open(redis.Configuration);
        var chat = new Chat(store);
        var deleted = 0;
        foreach (var room in rooms)
        {
            var page = await chat.ReceiveAsync(room, new MessageQuery { Limit = 200, IncludeDeleted = true }, Cancelled);
            page.Unreadable.Should().BeEmpty();
            page.Messages.Should().NotContain(message => message.Text.Length == 0 || message.Metadata.Count != 1);
            acknowledged.Where(sent => sent.Room == room && !page.Tombstones.Any(gone => gone.FirstId <= sent.Id && sent.Id <= gone.LastId)).Select(sent => sent.Id)
                .Should().BeSubsetOf(page.Messages.Select(message => message.Id));
            deleted += page.Tombstones.Count;
            if (page.Messages.Count > 0)
            {
                (await connection.GetDatabase().HashLengthAsync($"chatroom:{{{room}}}:key")).Should().Be(2, "the processes agreed on one key");
                var newest = page.Messages[^1].Id;
                ((string?)await connection.GetDatabase().HashGetAsync($"chatroom:{{{room}}}:m:{newest / 128}", newest)).Should().Contain("\"z\":");
            }
        }

        acknowledged.Should().HaveCountGreaterThan(Kills);
        TestContext.Current.TestOutputHelper?.WriteLine($"{acknowledged.Count} acknowledged, {deleted} deleted");
    }

    private RedisMessageStore Open(string configuration) => new(
        RedisConnection.Own(ConfigurationOptions.Parse(configuration)), null, null, encryption: new ChatEncryption(new FileKeyRing(Keys), null));

    private Task<WorkerProcess> StartAsync(RedisProcess redis, int number, string[] rooms) => WorkerProcess.StartAsync(new WorkerOptions
    {
        Sends = true,
        Redis = redis.Configuration,
        Rooms = rooms,
        Senders = 1,
        Seed = number,
        Keys = Keys,
        Log = Path.Combine(_directory.FullName, string.Create(CultureInfo.InvariantCulture, $"{number}.log")),
    });
}
