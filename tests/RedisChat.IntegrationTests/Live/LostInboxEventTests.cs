using System.Net;
using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Live;

/// <summary>A subscription goes deaf without a sign: what a watched inbox, and a stream of a revoked user, miss, and when they find it.</summary>
public sealed class LostInboxEventTests : IAsyncDisposable
{
    private static readonly TimeSpan Never = TimeSpan.FromDays(1);

    private readonly string _user = $"user {Guid.NewGuid():n}";
    private readonly string _room = $"room {Guid.NewGuid():n}";
    private readonly List<WatchLog> _subscribed = [];
    private readonly FaultProxy _proxy;
    private readonly RedisMessageStore _deaf;
    private readonly RedisMessageStore _store;

    public LostInboxEventTests(TestServer server)
    {
        var port = ((IPEndPoint)server.Connection.GetEndPoints()[0]).Port;
        _proxy = new FaultProxy(port);
        _deaf = new RedisMessageStore(_proxy.Configuration, new RedisStoreOptions { LiveProbeInterval = TimeSpan.FromMilliseconds(300) });
        _store = new RedisMessageStore($"127.0.0.1:{port}");
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private Chat Chat => new(_store);

    public async ValueTask DisposeAsync()
    {
        foreach (var subscribed in _subscribed)
        {
            await subscribed.DisposeAsync();
        }

        await _deaf.DisposeAsync();
        await _store.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task A_lost_event_of_a_room_or_of_the_list_is_found_by_the_probe()
    {
        await using var log = await WatchAsync(refresh: Never);
        _proxy.SwallowSubscriptions(true);

        await Chat.SendAsync(_room, "bob", "2", Cancelled);
        await log.UntilAsync(seen => seen.Rooms[_room] is { LastMessage.Text: "2", Unread.Count: 2 });
        await Chat.Room("another " + _room).Members.JoinAsync(_user, Cancelled);
        await log.UntilAsync(seen => seen.Rooms.ContainsKey("another " + _room));
        await Chat.Room(_room).Members.RemoveAsync(_user, Actor.Application, cancellationToken: Cancelled);
        await log.UntilAsync(seen => !seen.Rooms.ContainsKey(_room));
    }

    [Fact]
    public async Task A_lost_event_of_a_read_marker_is_found_by_the_next_event_of_the_room()
    {
        await using var log = await WatchAsync(refresh: Never);
        _proxy.SwallowSubscriptions(true);
        await Chat.Room(_room).ReadMarkers.MarkReadAsync(_user, 1, Cancelled);

        await Chat.SendAsync(_room, "bob", "2", Cancelled);
        await log.UntilAsync(seen => seen.Rooms[_room] is { LastMessage.Text: "2", Unread.Count: 1 });
        _subscribed[0].Events.Should().NotContain(happened => happened is RoomEvent.ReadMarkerMoved, "the event was lost");
    }

    [Fact]
    public async Task A_lost_event_of_a_read_marker_is_found_by_the_refresh()
    {
        await using var log = await WatchAsync(refresh: TimeSpan.FromSeconds(1));
        _proxy.SwallowSubscriptions(true);

        await Chat.Room(_room).ReadMarkers.MarkReadAsync(_user, 1, Cancelled);

        await log.UntilAsync(seen => seen.Rooms[_room] is { LastMessage.Text: "1", Unread.Count: 0 });
    }

    [Fact]
    public async Task A_lost_revocation_is_found_by_the_probe()
    {
        await using var log = new WatchLog(new Chat(_deaf).WatchAsync(_room, new WatchOptions { As = _user }, Cancelled));
        await log.CaughtUpAsync();
        _proxy.SwallowSubscriptions(true);

        await Chat.RevokeAsync(_user, Cancelled);

        (await Assert.ThrowsAsync<ChatForbiddenException>(() => log.UntilAsync(_ => false))).Reason.Should().Be(ForbiddenReason.Revoked);
    }

    private async Task<InboxLog> WatchAsync(TimeSpan refresh)
    {
        foreach (var scope in new[] { _room, UserScope.Of(_user) })
        {
            // Keeps the subscription that the inbox shares.
            var subscribed = new WatchLog(((IMessageStore)_deaf).WatchAsync(scope, cancellationToken: Cancelled));
            _subscribed.Add(subscribed);
            await subscribed.CaughtUpAsync();
        }

        await Chat.Room(_room).Members.JoinAsync(_user, Cancelled);
        await Chat.SendAsync(_room, "bob", "1", Cancelled);
        var log = new InboxLog(new Chat(_deaf).User(_user).Inbox.WatchAsync(new InboxWatchOptions { RefreshInterval = refresh }, Cancelled));
        await log.UntilAsync(seen => seen.Rooms.TryGetValue(_room, out var room) && room.Unread.Count == 1);
        return log;
    }
}
