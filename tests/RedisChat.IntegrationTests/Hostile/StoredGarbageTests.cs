using System.Diagnostics;
using System.Text;
using RedisChat.Conformance;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Hostile;

/// <summary>
/// Whatever another program puts under a room's keys, every operation soon returns a valid result or says what is wrong; an operation that fails
/// has written nothing.
/// </summary>
public sealed class StoredGarbageTests(TestServer server)
{
    private const string Room = "lobby";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whatever_is_stored_under_a_rooms_keys_each_operation_succeeds_or_says_what_is_wrong()
    {
        server.NeedRedis("It puts every type of key that Redis has in place of a room's.");
        await Fuzz.RunAsync(async random =>
        {
            var room = await GarbageRoom.MakeAsync(server.Connection, random);
            var did = await room.SpoilAsync();

            foreach (var operation in room.Operations().OrderBy(_ => random.Next()).Take(12))
            {
                // Background sealing is not part of the operation.
                await room.SealedAsync();
                var before = await room.DumpAsync();
                var clock = Stopwatch.StartNew();
                try
                {
                    await operation.Run();
                }
                catch (Exception e) when (IsAllowed(e))
                {
                    await room.SealedAsync();
                    var now = await room.DumpAsync();
                    now.Except(before).Concat(before.Except(now)).Should().BeEmpty("{0} failed with {1} after {2}", operation.Name, e.Message, did);
                }
                catch (Exception e)
                {
                    Assert.Fail($"{operation.Name} failed after {did}: {e}");
                }

                clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(60), "{0} after {1}", operation.Name, did);
            }

            await room.DisposeAsync();
        });
    }

    [Fact]
    public async Task A_last_id_that_is_far_too_high_is_reported_soon_and_blocks_no_watcher()
    {
        var prefix = $"test-{Guid.NewGuid():n}";
        await using var store = new RedisMessageStore(server.Connection, new RedisStoreOptions { KeyPrefix = prefix });
        var chat = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(2) });
        await chat.SendManyAsync(Room, [new("alice", "one"), new("alice", "two"), new("alice", "three")], Cancelled);
        var seen = (await chat.ReceiveAsync(Room, cancellationToken: Cancelled)).Position;
        await server.Connection.GetDatabase().HashSetAsync($"{prefix}:{{{Room}}}", "last", 1L << 52);

        var clock = Stopwatch.StartNew();
        foreach (var read in new Func<Task>[]
        {
            () => chat.ReceiveAsync(Room, cancellationToken: Cancelled),
            () => chat.ReceiveAsync(Room, new MessageQuery { After = 0 }, Cancelled),
            () => chat.ReadChangesAsync(Room, seen, cancellationToken: Cancelled),
        })
        {
            var error = await Assert.ThrowsAsync<ChatDataException>(read);
            (error.Key, error.Field).Should().Be(($"{prefix}:{{{Room}}}", "last"));
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"3 reads of {RedisChat.Redis.RoomIds.MostIds:N0} ids refused in {clock.ElapsedMilliseconds} ms.");

        // Operations that need no search still work.
        (await chat.ReceiveAsync(Room, new MessageQuery { Before = 3 }, Cancelled)).Messages.Should().HaveCount(2);
        (await chat.ReceiveAsync(Room, new MessageQuery { After = 0, Limit = 2 }, Cancelled)).Messages.Should().HaveCount(2);
        (await chat.ReceiveAsync(Room, new MessageQuery { User = "alice" }, Cancelled)).Messages.Should().HaveCount(3);
        await using var log = new WatchLog(chat.WatchAsync(Room));
        await log.CaughtUpAsync();
        await chat.SendAsync(Room, "alice", "four", Cancelled);
        await log.UntilAsync(l => l.Events[^1] is RoomEvent.Created { Message.Text: "four" });
    }

    /// <summary>A derived type of <see cref="ChatException"/>; one that says the room is full is right only if the counter says so.</summary>
    private static bool IsAllowed(Exception e) =>
        e is ChatDataException or ChatForbiddenException or ChatIdempotencyConflictException
        || (e.GetType() == typeof(ChatException) && e.Message.Contains("another room", StringComparison.Ordinal));

    /// <summary>A room with some history, partly spoiled.</summary>
    private sealed class GarbageRoom : IAsyncDisposable
    {
        // A high but plausible id takes seconds with each read: it has its own test.
        private static readonly string[] WrongIds = [.. Hostile.Numbers.Where(number => number != $"{ChatLimits.MaxMessageId}")];

        private readonly IConnectionMultiplexer _connection;
        private readonly IDatabase _redis;
        private readonly Random _random;
        private readonly string _prefix = $"fuzz-{Guid.NewGuid():n}";
        private readonly List<string> _did = [];
        private readonly NewMessage _known = new("alice", "known") { IdempotencyKey = "known" };
        private RedisMessageStore _store;
        private Chat _chat;
        private RoomPosition _seen;

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
            for (var things = _random.Next(1, 4); things > 0; things--)
            {
                Action spoil = _random.OneOf<Action>(
                    SpoilType, SpoilType, SpoilCounter, SpoilCounter, SpoilCounter, SpoilMessage, SpoilMessage, SpoilMessage, SpoilUser, SpoilLog, SpoilReceipt, SpoilSealed);
                spoil();
            }

            if (_random.Next(2) == 0)
            {
                await _store.DisposeAsync();
                (_store, _chat) = NewChat();
            }

            return string.Join("; ", _did);
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

        private void Did(string what) => _did.Add(what);

        private string Key(string part) => $"{_prefix}:{{{Room}}}{part}";

        private string SentKey() =>
            _connection.GetServers()[0].Keys(pattern: $"{_prefix}*:sent:*").Select(key => key.ToString()).FirstOrDefault() ?? Key(":sent:1");

        private void SpoilType()
        {
            var key = _random.OneOf(Key(""), Key(":m:0"), Key(":m:1"), Key(":u:alice"), Key(":changed"), Key(":sealed"), SentKey());
            _redis.KeyDelete(key);
            var type = _random.Next(7);
            switch (type)
            {
                case 0: _redis.StringSet(key, _random.Bytes(40)); break;
                case 1: _redis.ListLeftPush(key, _random.Bytes(40)); break;
                case 2: _redis.SetAdd(key, _random.Bytes(40)); break;
                case 3: _redis.SortedSetAdd(key, _random.Bytes(40), _random.NextDouble() * long.MaxValue); break;
                case 4: _redis.HashSet(key, _random.Bytes(10), _random.Bytes(40)); break;
                case 5: _redis.StreamAdd(key, "field", "value"); break;
                default: break;
            }

            Did($"{key} := type {type}");
        }

        private void SpoilCounter()
        {
            var field = _random.OneOf("epoch", "last", "at", "rev", "sealed");
            if (_random.Next(6) == 0)
            {
                Did($"{field} removed");
                TryIgnoringType(() => _redis.HashDelete(Key(""), field));
                return;
            }

            var value = _random.Next(8) == 0 ? _random.Bytes(20) : Encoding.UTF8.GetBytes(field == "last" ? _random.OneOf(WrongIds) : _random.Number());
            Did($"{field} := {Encoding.Latin1.GetString(value)}");
            TryIgnoringType(() => _redis.HashSet(Key(""), field, value));
        }

        private void SpoilMessage()
        {
            var id = _random.Next(1, 140);
            var key = Key($":m:{id / 128}");
            byte[] real = [];
            TryIgnoringType(() => real = (byte[]?)_redis.HashGet(key, id) ?? []);
            var value = _random.Next(6) switch
            {
                0 => _random.Bytes(200),
                1 => Encoding.UTF8.GetBytes($$$"""{"t":{{{_random.Number()}}},"u":"alice","c":"x"}"""),
                2 => Encoding.UTF8.GetBytes($$$"""{"t":1,"u":"alice","c":"x","v":{{{_random.OneOf("2147483647", "2147483646", "0", "-1", "1.0", "1e1", "99999999999")}}},"e":{{{_random.Number()}}}}"""),
                3 => Encoding.UTF8.GetBytes($$$"""{"t":1,"u":"alice","c":"x","z":{{{new string('[', _random.Next(100))}}}{{{new string(']', _random.Next(100))}}}}"""),
                4 => [.. Encoding.UTF8.GetBytes("{\"t\":1,\"u\":\"alice\",\"c\":\"x\",\""), .. _random.Mutated("\\ud800\":\"\\udc00"u8.ToArray()), .. "\"}"u8],
                _ => _random.Mutated(real.Length > 0 ? real : "{\"t\":1,\"u\":\"alice\",\"c\":\"x\",\"m\":{\"a\":\"b\"}}"u8.ToArray()),
            };
            Did($"message {id} := {Encoding.Latin1.GetString(value)}");
            TryIgnoringType(() => _redis.HashSet(key, id, value));
        }

        private void SpoilSealed()
        {
            byte[] real = [];
            TryIgnoringType(() => real = (byte[]?)_redis.HashGet(Key(":sealed"), 0) ?? []);
            var value = _random.Next(3) == 0 ? _random.Bytes(200) : _random.Mutated(real);
            Did($"sealed bucket 0 := {Convert.ToHexString(value)}");
            TryIgnoringType(() => _redis.HashSet(Key(":sealed"), 0, value));
        }

        private void SpoilUser()
        {
            var real = "1,3,4,6,7,9,10,12,"u8.ToArray();
            TryIgnoringType(() => real = (byte[]?)_redis.StringGet(Key(":u:alice")) ?? real);
            var value = _random.Next(6) switch
            {
                0 => _random.Bytes(200),
                1 => Encoding.UTF8.GetBytes(new string(',', _random.Next(1, 100_000))),
                2 => Encoding.UTF8.GetBytes(new string('1', _random.Next(1, 100_000))),
                3 => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, _random.Next(1, 5000)).Select(_ => $"{_random.Next(200)},"))),
                4 => Encoding.UTF8.GetBytes($"1,{_random.Number()},{_random.Number()},"),
                _ => _random.Mutated(real),
            };
            Did($"alice's ids := {Encoding.Latin1.GetString(value)[..Math.Min(value.Length, 60)]}… ({value.Length})");
            TryIgnoringType(() => _redis.StringSet(Key(":u:alice"), value));
        }

        private void SpoilLog()
        {
            var member = _random.Next(4) switch
            {
                0 => _random.Bytes(30),
                1 => Encoding.UTF8.GetBytes($"{_random.Number()}:{_random.Number()}"),
                2 => Encoding.UTF8.GetBytes($"{_random.Number()}:{_random.Next(140)}:{_random.Number()}"),
                _ => Encoding.UTF8.GetBytes($"{_random.NextInt64(2_000_000_000_000_000)}:{_random.Next(140)}"),
            };
            var score = _random.OneOf(0, 1, -1, 1.5, 1e15, 1e300, double.PositiveInfinity, double.NegativeInfinity, _random.NextInt64(2_000_000_000_000_000));
            Did($"log += {Encoding.Latin1.GetString(member)} @ {score:r}");
            TryIgnoringType(() =>
            {
                if (_random.Next(4) == 0)
                {
                    _redis.SortedSetRemoveRangeByRank(Key(":changed"), 0, _random.Next(3));
                }

                _redis.SortedSetAdd(Key(":changed"), member, score);
            });
        }

        private void SpoilReceipt()
        {
            var key = SentKey();
            var real = "1:1:1"u8.ToArray();
            TryIgnoringType(() => real = (byte[]?)_redis.HashGet(key, "alice\nknown") ?? real);
            var digest = Encoding.UTF8.GetString(real).Split(':')[^1];
            var value = _random.Next(3) switch
            {
                0 => _random.Bytes(30),
                1 => Encoding.UTF8.GetBytes($"{_random.Number()}:{_random.Number()}:{digest}"),
                _ => _random.Mutated(real),
            };
            Did($"receipt := {Encoding.Latin1.GetString(value)}");
            TryIgnoringType(() => _redis.HashSet(key, "alice\nknown", value));
        }

        // An earlier step may have changed the key's type: that is enough.
        private static void TryIgnoringType(Action action)
        {
            try
            {
                action();
            }
            catch (RedisServerException e) when (e.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal))
            {
            }
        }
    }
}
