using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Hostile;

/// <summary>A room with some history, partly spoiled.</summary>
internal sealed class GarbageRoom : IAsyncDisposable
{
    private const string Room = "lobby";

    private readonly IConnectionMultiplexer _connection;
    private readonly IDatabase _redis;
    private readonly Random _random;
    private readonly string _prefix = $"fuzz-{Guid.NewGuid():n}";
    private readonly NewMessage _known = new("alice", "known") { IdempotencyKey = "known" };
    private RedisMessageStore _store;
    private Chat _chat;
    private RoomPosition _seen;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private GarbageRoom(IConnectionMultiplexer connection, Random random)
    {
        _connection = connection;
        _redis = connection.GetDatabase();
        _random = random;
        (_store, _chat) = NewChat();
    }

    public static async Task<GarbageRoom> MakeAsync(IConnectionMultiplexer connection, Random random)
    {
        var room = new GarbageRoom(connection, random);
        await room._chat.SendAsync(Room, room._known, Cancelled);
        await room._chat.SendManyAsync(Room, [.. Enumerable.Range(0, random.Next(1, 128)).Select(n => new NewMessage(n % 3 == 0 ? "bob" : "alice", $"text {n}"))], Cancelled);
        room._seen = (await room._chat.ReceiveAsync(Room, cancellationToken: Cancelled)).Position;
        await room._chat.EditAsync(Room, 1, "alice", "edited", Cancelled);
        await room._chat.DeleteAsync(Room, 2, "bob", cancellationToken: Cancelled);
        await room._chat.SendManyAsync(Room, [.. Enumerable.Range(0, random.Next(1, 60)).Select(n => new NewMessage("alice", $"more {n}"))], Cancelled);
        await room.SealedAsync();
        return room;
    }

    public Task<List<string>> DumpAsync() => RoomDump.TakeAsync(_connection, _prefix);

    public Task SealedAsync() => _store.SealedAsync();

    /// <summary>Spoils one to three things. Returns a description.</summary>
    public async Task<string> SpoilAsync()
    {
        var did = new RoomSpoiler(_connection, _prefix, Room, _random).Spoil();
        if (_random.Next(2) == 0)
        {
            await _store.DisposeAsync();
            (_store, _chat) = NewChat();
        }

        return did;
    }

    public IEnumerable<(string Name, Func<Task> Run)> Operations()
    {
        yield return ("send", () => SendAsync(new NewMessage("alice", _random.Text())));
        yield return ("send by another", () => SendAsync(new NewMessage("carol", "hello")));
        yield return ("send again", async () => await _chat.SendAsync(Room, _known, Cancelled));
        yield return ("send new and old", async () => await _chat.SendManyAsync(Room, [new("bob", "new"), _known, new("alice", "newer")], Cancelled));
        yield return ("send a batch", () => _chat.SendManyAsync(Room, [.. Enumerable.Range(0, 128).Select(n => new NewMessage($"user{n % 5}", "x"))], Cancelled));
        yield return ("newest", () => PageAsync(new MessageQuery { Limit = _random.Next(1, 200) }));
        yield return ("before", () => PageAsync(new MessageQuery { Before = _random.Next(1, 200), Limit = _random.Next(1, 200) }));
        yield return ("after", () => PageAsync(new MessageQuery { After = _random.Next(0, 200), Limit = _random.Next(1, 200) }));
        yield return ("around", () => PageAsync(new MessageQuery { Around = _random.Next(1, 200), Limit = _random.Next(1, 200) }));
        yield return ("by user", () => PageAsync(new MessageQuery { User = "alice", Limit = _random.Next(1, 200) }));
        yield return ("by user after", () => PageAsync(new MessageQuery { User = "alice", After = _random.Next(0, 200), Limit = _random.Next(1, 200) }));
        yield return ("get", async () => await _chat.GetAsync(Room, _random.Next(1, 200), Cancelled));
        yield return ("edit", () => EditAsync(_random.Next(1, 140)));
        yield return ("edit the first", () => EditAsync(1));
        yield return ("delete", async () => await _chat.DeleteAsync(Room, _random.Next(1, 140), Actor.Application, cancellationToken: Cancelled));
        yield return ("changes", () => ChangesAsync(_seen));
        yield return ("changes from the start", () => ChangesAsync(RoomPosition.Start));
        yield return ("watch", () => WatchAsync(null));
        yield return ("watch on", () => WatchAsync(_seen));
        yield return ("read all", ReadAllAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        foreach (var key in _connection.GetServers()[0].Keys(pattern: $"{_prefix}*").ToList())
        {
            await _redis.KeyDeleteAsync(key);
        }
    }

    private (RedisMessageStore, Chat) NewChat()
    {
        var store = new RedisMessageStore(_connection, new RedisStoreOptions { KeyPrefix = _prefix, SealAfter = 1 });
        return (store, new Chat(store));
    }

    private async Task SendAsync(NewMessage message)
    {
        var receipt = await _chat.SendAsync(Room, message, Cancelled);

        receipt.IsDuplicate.Should().BeFalse();
        (await _chat.GetAsync(Room, receipt.Id, Cancelled))!.Text.Should().Be(message.Text);
    }

    private async Task EditAsync(long id)
    {
        var text = _random.Text();
        var edited = await _chat.EditAsync(Room, id, "alice", text, Cancelled);
        if (edited is not null)
        {
            (await _chat.GetAsync(Room, id, Cancelled)).Should().Be(edited);
        }
    }

    private async Task PageAsync(MessageQuery query)
    {
        var page = await _chat.ReceiveAsync(Room, query, Cancelled);

        page.Messages.Select(message => message.Id).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems().And.NotContain(id => id <= 0);
        page.Messages.Count.Should().BeLessThanOrEqualTo(query.Limit);
        page.Unreadable.Should().NotContain(message => message.Id == null || message.Key == null || message.Field == null);
    }

    private async Task ChangesAsync(RoomPosition position)
    {
        // A reader reaches the end in at most as many steps as there are events.
        for (var steps = 0; ; steps++)
        {
            steps.Should().BeLessThan(1000);
            var changes = await _chat.ReadChangesAsync(Room, position, _random.Next(1, 50), Cancelled);
            position = changes.Position;
            if (!changes.HasMore)
            {
                return;
            }
        }
    }

    private async Task ReadAllAsync()
    {
        await foreach (var message in _chat.ReceiveAllAsync(Room, cancellationToken: Cancelled))
        {
            message.Text.Should().NotBeNull();
        }
    }

    private async Task WatchAsync(RoomPosition? after)
    {
        await foreach (var happened in _chat.WatchAsync(Room, after, Cancelled))
        {
            if (happened is RoomEvent.CaughtUp)
            {
                return;
            }
        }
    }
}
