using Microsoft.Extensions.Logging.Abstractions;
using RedisChat.Conformance;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Live;

/// <summary>The last position heard on a watched room's channel is known without asking the server.</summary>
public sealed class HeardTests : IAsyncLifetime
{
    private const string Room = "lobby";

    private static readonly RedisStoreOptions Options = new() { LiveProbeInterval = TimeSpan.FromMilliseconds(500) };

    private RedisProcess _redis = null!;
    private FaultProxy _network = null!;
    private RedisConnection _connection = null!;
    private RedisMessageStore _store = null!;
    private RedisLive _live = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisProcess.StartAsync();
        _network = new FaultProxy(_redis.Port);
        _store = new RedisMessageStore(ConfigurationOptions.Parse(_redis.Configuration));
        _connection = RedisConnection.Own(ConfigurationOptions.Parse(_network.Configuration));
        _live = new RedisLive(Redis.StoreContexts.Make(_connection, Options));
    }

    public async ValueTask DisposeAsync()
    {
        await _live.DisposeAsync();
        await _connection.DisposeAsync();
        await _store.DisposeAsync();
        await _network.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task It_is_known_while_the_room_is_watched()
    {
        _live.TryGetHeard(Room, out _).Should().BeFalse();
        var log = Watch();
        await log.CaughtUpAsync();
        _live.TryGetHeard(Room, out var heard).Should().BeTrue();
        heard.Should().Be(RoomPosition.Start);

        await SendAsync("one");
        await SendAsync("two");
        await new Chat(_store).EditAsync(Room, 1, "alice", "ONE", Cancelled);
        var position = (await new Chat(_store).ReceiveAsync(Room, cancellationToken: Cancelled)).Position;

        // The watcher may read it from the store first: the first event of a new room sends it there.
        await Poll.UntilAsync(() => Task.FromResult(_live.TryGetHeard(Room, out heard) && heard == position), "the last event is heard");
        _live.TryGetHeard("another room", out _).Should().BeFalse();

        await log.DisposeAsync();
        _live.TryGetHeard(Room, out _).Should().BeFalse();
    }

    [Fact]
    public async Task It_is_not_known_while_the_channel_is_resubscribed()
    {
        await SendAsync("before");
        await using var log = Watch();
        await log.CaughtUpAsync();

        // The probe finds the missing event and repairs the subscription, which takes until the network works again.
        _network.SwallowSubscriptions(true);
        await SendAsync("unheard");
        await log.UntilAsync(l => l.CreatedIds.Contains(2));
        await Poll.UntilAsync(() => Task.FromResult(!_live.TryGetHeard(Room, out _)), "the repair begins");

        // The swallowed bytes are gone, so the old connection can never recover: its answers would be matched to the wrong requests.
        _network.SwallowSubscriptions(false);
        _network.Cut();
        await Poll.UntilAsync(() => Task.FromResult(_live.TryGetHeard(Room, out _)), "the repair ends");
        await SendAsync("heard");
        await log.UntilAsync(l => l.CreatedIds.Contains(3));
        await Poll.UntilAsync(() => Task.FromResult(_live.TryGetHeard(Room, out var heard) && heard.MessageId == 3), "it is heard");
    }

    private WatchLog Watch() => new(new WatchedStore(_store, _live, TimeProvider.System, NullLogger.Instance).Watch(Room, WatchOptions.FromNow, Cancelled));

    private Task<MessageReceipt> SendAsync(string text) => new Chat(_store).SendAsync(Room, "alice", text, Cancelled);
}
