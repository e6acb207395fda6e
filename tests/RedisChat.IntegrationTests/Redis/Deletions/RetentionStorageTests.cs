using System.Globalization;
using System.Net;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Deletions;

/// <summary>What trimming and expiry leave in Redis, and what deleted messages cost readers.</summary>
public sealed class RetentionStorageTests
{
    private const string Word = "xylophonist";

    // The calls of a trim in a room of three buckets, and of the index of rooms.
    private const int MostCommands = 40;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(1_000_000)]
    public async Task No_key_holds_a_word_or_an_id_of_a_trimmed_message(int sealAfter)
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(connection, new RedisStoreOptions { SealAfter = sealAfter, ChangeLogLength = 100 });
        var chat = new Chat(store, new ChatOptions { KeptVersions = 5 });
        var room = chat.Room("lobby");
        await FillAsync(chat, "lobby", 638, n => n < 384 ? $"a {Word} said {n}" : $"{n}");
        await room.SendAsync(new NewMessage("carol", "the last one"), Cancelled);
        await store.SealedAsync();
        foreach (var id in new[] { 3, 200 })
        {
            await room.EditAsync(id, Actor.Application, $"the {Word} again", cancellationToken: Cancelled);
            await room.Reactions.AddAsync(id, "carol", "👍", Cancelled);
            await room.Pins.PinAsync(id, Actor.Application, Cancelled);
        }

        if (sealAfter > 1)
        {
            await connection.GetDatabase().HashSetAsync("chatroom:{lobby}:m:0", 7, $"not a message but a {Word}");
        }

        (await HoldersAsync(connection)).Should().NotBeEmpty();
        var policy = new RetentionPolicy { MaxMessages = 1 };
        while (await ((IMessageStore)store).GetAbility<IRetentionStore>()!.TrimStepAsync("lobby", policy, DateTimeOffset.UtcNow, Cancelled) is { Next: { } next } && next == TimeSpan.Zero)
        {
        }

        (await HoldersAsync(connection)).Should().BeEmpty();
        var database = connection.GetDatabase();
        var hash = (await database.HashGetAllAsync("chatroom:{lobby}")).ToStringDictionary();
        (hash["first"], hash["deleted"], hash["last"]).Should().Be(("512", "511", "639"));
        ((string?)await database.StringGetAsync("chatroom:{lobby}:u:alice")).Should().StartWith("513,515,");
        ((string?)await database.StringGetAsync("chatroom:{lobby}:u:bob")).Should().StartWith("512,514,");
        var keys = new List<string>();
        await foreach (var key in connection.GetServers()[0].KeysAsync(pattern: "chatroom:{lobby}*"))
        {
            keys.Add(key!);
        }

        keys.Where(key => !key.Contains(":sent:", StringComparison.Ordinal)).Should().BeEquivalentTo(
            "chatroom:{lobby}", "chatroom:{lobby}:m:4", "chatroom:{lobby}:u:alice", "chatroom:{lobby}:u:bob", "chatroom:{lobby}:u:carol", "chatroom:{lobby}:changed");
    }

    [Fact]
    public async Task A_trim_is_stored_and_published_as_documented()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(connection);
        await FillAsync(new Chat(store), "lobby", 300, n => $"{n}");
        var heard = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await connection.GetSubscriber().SubscribeAsync(RedisChannel.Literal("chatroom:{lobby}:live"), (_, payload) => heard.TrySetResult(payload!));

        await ((IMessageStore)store).GetAbility<IRetentionStore>()!.TrimStepAsync("lobby", new RetentionPolicy { MaxMessages = 100 }, DateTimeOffset.UtcNow, Cancelled);

        var room = (await connection.GetDatabase().HashGetAllAsync("chatroom:{lobby}")).ToStringDictionary();
        room["first"].Should().Be("128");
        room["deleted"].Should().Be("127");
        room["uses"].Should().Be("x");
        (await connection.GetDatabase().SortedSetRangeByRankAsync("chatroom:{lobby}:changed", -1)).Single().Should().Be($"{room["rev"]}:y:128");
        (await heard.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancelled)).Should().Be($"y {room["epoch"]} 300 {room["at"]} {room["rev"]} 0 128");
    }

    // docs/decisions/0039 has the figures.
    [Fact]
    public async Task A_page_behind_deleted_messages_takes_the_same_commands_however_many_they_are()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(connection, new RedisStoreOptions { SealAfter = 1_000_000 });
        var chat = new Chat(store);
        var commands = new List<(long With, long Without)>();
        foreach (var count in new[] { 10_000, 100_000 })
        {
            var room = $"room {count}";
            await FillAsync(chat, room, count, n => $"{n}");
            await chat.Room(room).DeleteManyAsync(MessageSelection.Between(101, count), Actor.Application, cancellationToken: Cancelled);

            var with = await CostAsync();
            await connection.GetDatabase().KeyDeleteAsync($"chatroom:{{{room}}}:gone");
            var without = await CostAsync();
            TestContext.Current.TestOutputHelper?.WriteLine($"{count} ids: {with} commands; {without} without the bits.");
            commands.Add((with, without));

            async Task<long> CostAsync()
            {
                var before = await ReadsAsync(connection);
                var page = await chat.ReceiveAsync(room, cancellationToken: Cancelled);
                page.Messages.Select(message => message.Id).Should().Equal(Enumerable.Range(51, 50).Select(id => (long)id));
                return await ReadsAsync(connection) - before;
            }
        }

        commands[1].With.Should().Be(commands[0].With).And.BeLessThan(50);
        commands[1].Without.Should().BeGreaterThan(700);
    }

    [Fact]
    public async Task Deletions_one_by_one_and_in_sealed_buckets_are_noted_too()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(connection, new RedisStoreOptions { SealAfter = 1 });
        var chat = new Chat(store);
        await FillAsync(chat, "lobby", 600, n => $"a text that can be compressed well {n}");
        await store.SealedAsync();
        var database = connection.GetDatabase();
        (await database.HashLengthAsync("chatroom:{lobby}:sealed")).Should().BeGreaterThan(1);

        // In a sealed bucket, in an open one, and in the newest one, which is not full.
        foreach (var id in Enumerable.Range(128, 128).Concat(Enumerable.Range(384, 600 - 384 + 1)))
        {
            await chat.DeleteAsync("lobby", id, Actor.Application, cancellationToken: Cancelled);
        }

        var bits = new List<bool>();
        for (var bucket = 0; bucket <= 4; bucket++)
        {
            bits.Add(await database.StringGetBitAsync("chatroom:{lobby}:gone", bucket));
        }

        bits.Should().Equal(false, true, false, true, false);
        await chat.SendAsync("lobby", "alice", "the next one", Cancelled);
        var page = await chat.ReceiveAsync("lobby", new MessageQuery(200), Cancelled);
        page.Messages.Select(message => message.Id).Should().Equal(
            Enumerable.Range(57, 71).Concat(Enumerable.Range(256, 128)).Append(601).Select(id => (long)id));
    }

    [Fact]
    public async Task Wherever_the_upkeep_is_cut_off_each_message_goes_once()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(connection);
        var byTheCutOne = 0;
        for (var commands = 0; commands <= MostCommands; commands++)
        {
            var room = string.Create(CultureInfo.InvariantCulture, $"room {commands}");
            var about = new RoomAbout { Retention = new RetentionPolicy { MaxMessages = 100 } };
            var chat = NewChat(store, TimeSpan.FromSeconds(10));
            await FillAsync(chat, room, 300, n => $"{n}");
            await chat.Room(room).Reactions.AddAsync(5, "carol", "👍", Cancelled);
            await chat.SendAsync(room, new NewMessage("alice", "@bob") { Mentions = [Mention.User("bob")], ExpiresAfter = TimeSpan.FromSeconds(1) }, Cancelled);
            await chat.Rooms.CreateAsync(room, about, cancellationToken: Cancelled);
            while (await chat.GetAsync(room, 301, Cancelled) is not null)
            {
                await Task.Yield();
            }

            await using var proxy = new CutProxy(new IPEndPoint(IPAddress.Loopback, redis.Port), "chatroom:");
            proxy.CutAfter(commands);
            await using (var cut = new RedisMessageStore($"{proxy.EndPoint},asyncTimeout=1000"))
            {
                using var end = new CancellationTokenSource();
                var running = NewChat(cut, TimeSpan.FromMilliseconds(200)).RunUpkeepAsync(end.Token);
                await Task.WhenAny(proxy.Cut, running);
                await end.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
            }

            byTheCutOne += (await chat.Rooms.GetInfoAsync(room, Cancelled)).Messages == 173 ? 1 : 0;
            using (var end = new CancellationTokenSource())
            {
                // The claim of the one that was cut off has not ended yet.
                await ((IMessageStore)store).GetAbility<IUpkeepStore>()!.AddRoomAsync(room, null, Cancelled);
                var running = chat.RunUpkeepAsync(end.Token);
                while ((await chat.Rooms.GetInfoAsync(room, Cancelled)).Messages > 173)
                {
                    await Task.Yield();
                }

                await end.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
            }

            var page = await chat.ReceiveAsync(room, new MessageQuery(1000), Cancelled);
            page.Messages.Select(message => message.Id).Should().Equal(Enumerable.Range(128, 173).Select(id => (long)id));
            var database = connection.GetDatabase();
            (await database.HashGetAsync($"chatroom:{{{room}}}", ["first", "deleted"])).Select(value => (int)value).Should().Equal(128, 128);
            ((string?)await database.StringGetAsync($"chatroom:{{{room}}}:u:bob")).Should().StartWith("128,130,");
            var log = (await database.SortedSetRangeByRankAsync($"chatroom:{{{room}}}:changed")).Select(entry => ((string)entry!).Split(':')).Where(parts => parts.Length > 1).ToList();
            log.Count(parts => parts[1] == "y").Should().Be(1);
            log.Count(parts => parts[1] == "b").Should().Be(1);
            (await database.KeyExistsAsync($"chatroom:{{{room}}}:expires")).Should().BeFalse();
            (await database.KeyExistsAsync($"chatroom:{{{room}}}:mentions:bob")).Should().BeFalse();
            (await database.KeyExistsAsync($"chatroom:{{{room}}}:r:0")).Should().BeFalse();
        }

        byTheCutOne.Should().BeInRange(1, MostCommands, "the cut comes before and after the trim");
    }

    private static Chat NewChat(IMessageStore store, TimeSpan timeout)
    {
        var options = new ChatOptions { OperationTimeout = timeout };
        options.Upkeep.PollInterval = TimeSpan.FromMilliseconds(100);
        return new Chat(store, options);
    }

    private static async Task FillAsync(Chat chat, string room, int count, Func<int, string> text)
    {
        for (var sent = 0; sent < count; sent += ChatLimits.MaxBatchSize)
        {
            await chat.SendManyAsync(
                room, [.. Enumerable.Range(sent + 1, Math.Min(ChatLimits.MaxBatchSize, count - sent)).Select(n => new NewMessage(n % 2 == 0 ? "bob" : "alice", text(n)))], Cancelled);
        }
    }

    private static Task<long> ReadsAsync(ConnectionMultiplexer connection) => CommandCount.OfAsync(connection, "hmget", "hget", "getrange");

    /// <summary>The keys that hold the word. What is sealed was read before, so it is enough that no sealed bucket of these messages is left.</summary>
    private static async Task<List<string>> HoldersAsync(ConnectionMultiplexer connection)
    {
        var (database, holders) = (connection.GetDatabase(), new List<string>());
        await foreach (var key in connection.GetServers()[0].KeysAsync(pageSize: 1000))
        {
            var texts = await database.KeyTypeAsync(key) switch
            {
                RedisType.Hash => (await database.HashGetAllAsync(key)).SelectMany(entry => new[] { (string)entry.Name!, (string)entry.Value! }),
                RedisType.SortedSet => (await database.SortedSetRangeByRankAsync(key)).Select(member => (string)member!),
                RedisType.String => [(string)(await database.StringGetAsync(key))!],
                var type => throw new InvalidOperationException($"{key} is a {type}, which this test cannot search."),
            };
            if (((string)key!).EndsWith(":sealed", StringComparison.Ordinal) || texts.Append((string)key!).Any(text => text.Contains(Word, StringComparison.Ordinal)))
            {
                holders.Add(key!);
            }
        }

        return holders;
    }
}
