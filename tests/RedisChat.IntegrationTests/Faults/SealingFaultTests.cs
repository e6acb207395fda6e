using System.Collections.Concurrent;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>
/// Several processes seal the same buckets while others edit and delete messages in them, and the server is killed midway: each acknowledged message is
/// stored once.
/// </summary>
public sealed class SealingFaultTests
{
    private const string Room = "lobby";
    private const int Stores = 3;
    private const int Messages = 1500;

    private readonly ConcurrentDictionary<long, string> _sent = [];
    private readonly ConcurrentDictionary<long, string?> _changed = [];
    private int _sends;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. (Environment.GetEnvironmentVariable("REDISCHAT_FAULT_SEEDS") ?? "1,2").Split(',').Select(int.Parse)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Sealing_from_several_processes_amid_edits_deletions_and_a_kill_loses_and_doubles_nothing(int seed)
    {
        await using var server = await SingleServer.StartAsync(SingleServer.AofAlways);
        var stores = Enumerable.Range(0, Stores)
            .Select(_ => new RedisMessageStore(ConfigurationOptions.Parse(server.Configuration), new RedisStoreOptions { SealAfter = 1 })).ToList();
        var chats = stores.ConvertAll(store => new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) }));

        var sending = chats.ConvertAll(chat => Task.Run(() => SendAsync(chat)));
        var changing = chats.Select((chat, number) => Task.Run(() => ChangeAsync(chat, number, new Random((seed * 10) + number)))).ToList();
        var sealing = Task.Run(() => SealAgainAndAgainAsync(stores));
        var random = new Random(seed);
        for (var kills = 1; kills <= 2; kills++)
        {
            var at = Messages * kills / 3;
            await Poll.UntilAsync(() => Task.FromResult(Volatile.Read(ref _sends) > at), $"{at} messages are sent");
            await Task.Delay(random.Next(50), Cancelled);
            await server.KillAsync();
            await server.RestartAsync();
        }

        await Task.WhenAll(sending);
        await Task.WhenAll(changing);
        await sealing;
        stores[0].Seal(Room);
        await stores[0].SealedAsync();
        await CheckAsync(chats[0], server);
        await Task.WhenAll(stores.Select(store => store.DisposeAsync().AsTask()));
    }

    private async Task SendAsync(Chat chat)
    {
        for (var count = 0; count < Messages / Stores; count += 5)
        {
            var texts = Enumerable.Range(0, 5).Select(_ => $"text {Interlocked.Increment(ref _sends)}").ToList();
            var receipts = await chat.SendManyAsync(Room, texts.ConvertAll(text => new NewMessage("alice", text)), Cancelled);
            for (var i = 0; i < texts.Count; i++)
            {
                _sent.TryAdd(receipts[i].Id, texts[i]).Should().BeTrue();
            }
        }
    }

    /// <summary>Changes only messages with its own number, so that it knows the last change of each.</summary>
    private async Task ChangeAsync(Chat chat, int number, Random random)
    {
        for (var edits = 0; Volatile.Read(ref _sends) < Messages; edits++)
        {
            var ids = _sent.Keys.Where(id => id % Stores == number && (!_changed.TryGetValue(id, out var last) || last is not null)).ToList();
            if (ids.Count == 0)
            {
                await Task.Delay(1, Cancelled);
                continue;
            }

            var id = ids[random.Next(ids.Count)];
            if (random.Next(4) == 0)
            {
                (await chat.DeleteAsync(Room, id, "alice", cancellationToken: Cancelled)).Should().BeTrue();
                _changed[id] = null;
            }
            else
            {
                var text = $"edit {number}.{edits}";
                (await chat.EditAsync(Room, id, "alice", text, Cancelled))!.Text.Should().Be(text);
                _changed[id] = text;
            }
        }
    }

    /// <summary>Seals in all processes at once; normally only the process whose send started a bucket seals.</summary>
    private async Task SealAgainAndAgainAsync(List<RedisMessageStore> stores)
    {
        while (Volatile.Read(ref _sends) < Messages)
        {
            stores.ForEach(store => store.Seal(Room));
            await Task.WhenAll(stores.Select(store => store.SealedAsync()));
        }
    }

    private async Task CheckAsync(Chat chat, SingleServer server)
    {
        var found = new List<Message>();
        await foreach (var message in chat.ReceiveAllAsync(Room, cancellationToken: Cancelled))
        {
            found.Add(message);
        }

        var expected = _sent.Select(sent => (Id: sent.Key, Text: _changed.TryGetValue(sent.Key, out var text) ? text : sent.Value))
            .Where(message => message.Text is not null).OrderBy(message => message.Id).ToList();
        found.Select(message => (message.Id, (string?)message.Text)).Should().Equal(expected);
        _sent.Keys.Order().Should().Equal(Enumerable.Range(1, Messages).Select(n => (long)n));

        await using var admin = await ConnectionMultiplexer.ConnectAsync(server.Configuration);
        var redis = admin.GetDatabase();
        var buckets = (await redis.HashKeysAsync("chatroom:{lobby}:sealed")).Select(field => (long)field).ToList();
        buckets.Should().HaveCountGreaterThan(8, "most of the history has been sealed");
        foreach (var bucket in buckets)
        {
            (await redis.KeyExistsAsync($"chatroom:{{lobby}}:m:{bucket}")).Should().BeFalse();
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{found.Count} messages, {_changed.Count} changed, {buckets.Count} buckets sealed.");
    }
}
