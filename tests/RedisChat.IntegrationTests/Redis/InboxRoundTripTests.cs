namespace RedisChat.IntegrationTests.Redis;

/// <summary>How many round trips an inbox takes.</summary>
public sealed class InboxRoundTripTests : IAsyncLifetime
{
    private readonly TestServer _server;
    private readonly string _prefix = $"chat{Guid.NewGuid():n}";
    private readonly StepProxy _proxy;
    private RedisMessageStore _store = null!;
    private RedisMessageStore _other = null!;

    public InboxRoundTripTests(TestServer server)
    {
        _server = server;
        _proxy = new StepProxy(server.Connection.GetEndPoints()[0], _prefix);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _other = new RedisMessageStore(_server.Connection, new RedisStoreOptions { KeyPrefix = _prefix });
        _store = new RedisMessageStore($"{_proxy.EndPoint},asyncTimeout=60000", new RedisStoreOptions { KeyPrefix = _prefix });
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _other.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task All_rooms_take_one_round_trip_after_the_list_and_one_more_if_there_are_more_than_a_page()
    {
        const int Rooms = 5;
        var chat = new Chat(_other);
        for (var i = 0; i < Rooms; i++)
        {
            await chat.Room($"room {i}").Members.JoinAsync("alice", Cancelled);
            await chat.SendAsync($"room {i}", "bob", "hello", Cancelled);
        }

        var inbox = new Chat(_store).User("alice").Inbox;
        await inbox.ListAsync(cancellationToken: Cancelled);

        var all = await _proxy.StepAsync(() => inbox.ListAsync(cancellationToken: Cancelled), ["HGETALL"], [.. Enumerable.Repeat("EVALSHA", Rooms)]);
        all.Rooms.Should().HaveCount(Rooms);
        var page = await _proxy.StepAsync(
            () => inbox.ListAsync(limit: 2, cancellationToken: Cancelled), ["HGETALL"], [.. Enumerable.Repeat("HMGET", Rooms)], ["EVALSHA", "EVALSHA"]);
        page.Rooms.Select(room => room.Room).Should().Equal("room 4", "room 3");
    }
}
