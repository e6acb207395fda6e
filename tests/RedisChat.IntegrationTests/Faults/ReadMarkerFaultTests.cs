using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>Read markers through crashes and fail-overs: never ahead of the history, and unread messages are those that a reader finds.</summary>
public sealed class ReadMarkerFaultTests
{
    private const string Room = "lobby";
    private const string Root = "chatroom:{lobby}";
    private static readonly string[] Users = ["alice", "bob", "carol", "dora"];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_a_kill_with_AOF_always_every_acknowledged_marker_is_there_and_none_is_ahead()
    {
        await using var server = await SingleServer.StartAsync(SingleServer.AofAlways);
        await using var store = Open(server.Configuration);
        var acknowledged = await UnderLoadAsync(store, faults: 2, async () =>
        {
            await server.KillAsync();
            await server.RestartAsync();
        });

        await using var admin = await ConnectionMultiplexer.ConnectAsync(server.Configuration);
        var markers = await CheckAsync(store, admin.GetDatabase());
        foreach (var (user, id) in acknowledged)
        {
            markers[user].Should().BeGreaterThanOrEqualTo(id, user);
        }
    }

    [Fact]
    public async Task After_a_fail_over_by_Sentinel_no_marker_is_ahead_of_the_history()
    {
        await using var deployment = await SentinelDeployment.StartAsync();
        await using var store = Open(deployment.Configuration);
        await UnderLoadAsync(store, faults: 1, async () =>
        {
            await deployment.FailOverAsync();
            await deployment.SyncedAsync();
        });

        await using var admin = await ConnectionMultiplexer.ConnectAsync((await deployment.PrimaryAsync()).Configuration);
        await CheckAsync(store, admin.GetDatabase());
    }

    private static RedisMessageStore Open(string configuration) =>
        new(ConfigurationOptions.Parse(configuration), new RedisStoreOptions { SealAfter = 1 });

    /// <summary>Users send, delete and mark what was sent last, before, during and after each fault; returns how far each user is known to have read.</summary>
    private static async Task<Dictionary<string, long>> UnderLoadAsync(RedisMessageStore store, int faults, Func<Task> fault)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var room = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) }).Room(Room);
        for (var sent = 0; sent < 5; sent++)
        {
            await room.SendManyAsync([.. Enumerable.Range(0, 60).Select(n => new NewMessage(Users[n % Users.Length], "hello"))], Cancelled);
        }

        var marks = Users.ToDictionary(user => user, _ => new Marks());
        var busy = Users.Select(user => Task.Run(() => UseAsync(room, user, marks[user], stop.Token))).ToList();
        await ProgressAsync();
        for (var n = 0; n < faults; n++)
        {
            await fault();
            await ProgressAsync();
        }

        await stop.CancelAsync();
        await Task.WhenAll(busy);
        return marks.ToDictionary(entry => entry.Key, entry => entry.Value.Last);

        async Task ProgressAsync()
        {
            var before = marks.Values.Select(mark => mark.Count).ToList();
            await Poll.UntilAsync(() => Task.FromResult(marks.Values.Zip(before).All(pair => pair.First.Count >= pair.Second + 3)), "every user marks something");
        }
    }

    private static async Task UseAsync(ChatRoom room, string user, Marks marks, CancellationToken stop)
    {
        for (var n = 0; !stop.IsCancellationRequested; n++)
        {
            try
            {
                var last = (await room.SendAsync(user, $"{n}", Cancelled)).Id;
                if (n % 5 == 0)
                {
                    await room.DeleteAsync(last - 2, Actor.Application, cancellationToken: Cancelled);
                }

                marks.Last = (await room.ReadMarkers.MarkReadAsync(user, last, Cancelled)).MessageId;
                marks.Count++;
            }
            catch (ChatInputException)
            {
                // A fail-over lost the message before it was marked.
            }
        }
    }

    /// <summary>Compares the markers with the room's last id, and what is unread with what a reader finds; returns the markers.</summary>
    private static async Task<Dictionary<string, long>> CheckAsync(RedisMessageStore store, IDatabase database)
    {
        var last = (long)await database.HashGetAsync(Root, "last");
        var markers = (await database.HashGetAllAsync($"{Root}:read")).ToStringDictionary()
            .ToDictionary(field => field.Key, field => long.Parse(field.Value.Split(' ')[0], CultureInfo.InvariantCulture));
        markers.Keys.Should().BeEquivalentTo(Users);
        markers.Values.Should().OnlyContain(id => id <= last);

        var messages = new List<Message>();
        await foreach (var message in new Chat(store).ReceiveAllAsync(Room, cancellationToken: Cancelled))
        {
            messages.Add(message);
        }

        foreach (var (user, id) in markers)
        {
            foreach (var from in new[] { id, Math.Max(id - 50, 1), 300, 1 })
            {
                var marker = await new Chat(store).Room(Room).ReadMarkers.MarkUnreadAsync(user, Math.Min(from + 1, last), Cancelled);
                var unread = messages.Count(message => message.Id > marker.MessageId && message.User != user);
                (await new Chat(store).Room(Room).ReadMarkers.GetUnreadAsync(user, Cancelled))
                    .Should().Be(new UnreadCount(Math.Min(unread, 99), unread > 99), $"of {user} after {marker.MessageId} of {last}");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{messages.Count} messages of {last}, {markers.Count} markers at {string.Join(", ", markers.Values)}.");
        return markers;
    }

    /// <summary>The acknowledged marks of one user.</summary>
    private sealed class Marks
    {
        private int _count;

        public int Count
        {
            get => Volatile.Read(ref _count);
            set => Volatile.Write(ref _count, value);
        }

        public long Last { get; set; }
    }
}
