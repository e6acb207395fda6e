using System.Text;
using RedisChat.Conformance;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Hostile;

/// <summary>Whatever another program publishes on a room's channel, its watchers end with the store's content, and no watcher fails.</summary>
public sealed class ForgedEventTests(TestServer server)
{
    private const string Room = "lobby";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Watchers_end_with_the_stores_room_whatever_else_is_published() =>
        await Fuzz.RunAsync(async random =>
        {
            var options = new RedisStoreOptions { KeyPrefix = $"fuzz-{Guid.NewGuid():n}", LiveProbeInterval = TimeSpan.FromMilliseconds(100) };
            await using var store = new RedisMessageStore(server.Connection, options);
            var chat = new Chat(store);
            var channel = RedisChannel.Literal(new KeyNames(new HashTagKeyScheme(options.KeyPrefix), 0).Live(Room));
            var publisher = server.Connection.GetSubscriber();
            var heard = new List<byte[]>();
            var listening = await publisher.SubscribeAsync(channel);
            listening.OnMessage(message =>
            {
                lock (heard)
                {
                    heard.Add((byte[])message.Message!);
                }
            });
            if (random.Next(3) > 0)
            {
                await ActAsync(chat, random);
            }

            var known = await chat.ReceiveAsync(Room, new MessageQuery { Limit = 1000 }, Cancelled);
            await using var watched = new Mirror(chat, chat.WatchAsync(Room, known.Position), known);
            for (var steps = random.Next(1, 15); steps > 0; steps--)
            {
                if (random.Next(3) == 0)
                {
                    await ActAsync(chat, random);
                }
                else
                {
                    var position = (await chat.ReceiveAsync(Room, new MessageQuery { Limit = 1 }, Cancelled)).Position;
                    await publisher.PublishAsync(channel, Forged(random, heard, position));
                }
            }

            // The watcher agrees with the store, or a probe gets it there. The second check covers events still in transit at the first.
            var whole = await chat.ReceiveAsync(Room, new MessageQuery { Limit = 1000 }, Cancelled);
            await watched.IsAsync(whole);
            await Task.Delay(20, Cancelled);
            await watched.IsAsync(whole);
            await listening.UnsubscribeAsync();
        });

    [Fact]
    public async Task A_forger_without_the_rooms_epoch_cannot_make_a_watcher_deliver_anything()
    {
        await Fuzz.RunAsync(async random =>
        {
            var options = new RedisStoreOptions { KeyPrefix = $"fuzz-{Guid.NewGuid():n}", LiveProbeInterval = TimeSpan.FromMilliseconds(100) };
            await using var store = new RedisMessageStore(server.Connection, options);
            var chat = new Chat(store);
            var exists = random.Next(2) == 0;
            if (exists)
            {
                await chat.SendAsync(Room, "alice", "before", Cancelled);
            }

            var now = await chat.ReceiveAsync(Room, cancellationToken: Cancelled);
            await using var log = new WatchLog(chat.WatchAsync(Room));
            await log.CaughtUpAsync();
            var channel = RedisChannel.Literal(new KeyNames(new HashTagKeyScheme(options.KeyPrefix), 0).Live(Room));
            for (var i = 0; i < 20; i++)
            {
                // Everything but the epoch is right.
                var epoch = random.OneOf(0UL, 1UL, ulong.MaxValue, (ulong)random.NextInt64());
                await server.Connection.GetSubscriber().PublishAsync(channel, WellFormed(random, now.Position with { Epoch = epoch }));
            }

            await chat.SendAsync(Room, "alice", "real", Cancelled);
            await log.UntilAsync(l => l.Events[^1] is RoomEvent.Created { Message.Text: "real" });
            log.Events.Should().HaveCount(2, "{0}", string.Join(", ", log.Events));
        });
    }

    private static async Task ActAsync(Chat chat, Random random)
    {
        var receipts = await chat.SendManyAsync(Room, [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => new NewMessage("alice", random.Text()))], Cancelled);
        if (random.Next(2) == 0)
        {
            await chat.EditAsync(Room, random.NextInt64(receipts[^1].Id) + 1, "alice", random.Text(), Cancelled);
        }

        if (random.Next(3) == 0)
        {
            await chat.DeleteAsync(Room, random.NextInt64(receipts[^1].Id) + 1, "alice", cancellationToken: Cancelled);
        }
    }

    private static byte[] Forged(Random random, List<byte[]> heard, RoomPosition position)
    {
        byte[] real;
        lock (heard)
        {
            real = heard.Count > 0 ? heard[random.Next(heard.Count)] : [];
        }

        return random.Next(8) switch
        {
            0 => random.Bytes(random.OneOf(1, 100, 10_000)),
            1 or 2 => random.Mutated(real),
            3 => real,
            4 => [.. real, .. "\n"u8, .. real],
            5 => Encoding.UTF8.GetBytes($"{random.OneOf("c", "e", "d", "x")} {random.Number()} {random.Number()} {random.Number()} {random.Number()} {random.Number()}"),
            6 => WellFormed(random, position with { Epoch = (ulong)random.NextInt64() }),
            _ => WellFormed(random, position),
        };
    }

    /// <summary>An event in the scripts' format that follows the position, or nearly does.</summary>
    private static byte[] WellFormed(Random random, RoomPosition position)
    {
        var time = position.Stamp + random.OneOf(0, 0, 1, 1000, 1_000_000_000, -1);
        var revision = position.Revision + random.OneOf(0, 1, 1, 1000, 1_000_000_000_000, ChatLimits.MaxMessageId / 2);
        var before = position.Revision + random.OneOf(0, 0, 0, 1, -1);
        var id = position.MessageId + random.OneOf(0, 1, 1, 1, 2, 1_000_000, ChatLimits.MaxMessageId);
        var value = $$"""{"t":{{Math.Max(time, 0)}},"u":"mallory","c":"forged"}""";
        var some = random.NextInt64(position.MessageId + 3);
        return Encoding.UTF8.GetBytes(random.Next(6) switch
        {
            4 => $"x {position.Epoch:x} {position.MessageId} {position.Stamp} {revision} {before} {some}\n{value}",
            5 => $"T {position.Epoch:x} mallory",
            0 => $"e {position.Epoch:x} {position.MessageId} {position.Stamp} {revision} {before} {some}\n{value}",
            1 => $"d {position.Epoch:x} {position.MessageId} {position.Stamp} {revision} {before} {some}",
            2 => $"c {position.Epoch:x} {id} {time} {position.Revision} {position.Stamp}\n{string.Join('\n', Enumerable.Repeat(value, random.OneOf(2, 200)))}",
            _ => $"c {position.Epoch:x} {id} {time} {position.Revision} {position.Stamp}\n{value}",
        });
    }

    /// <summary>A watcher that behaves as an application should: it keeps the room, and reloads it after a gap.</summary>
    private sealed class Mirror : IAsyncDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

        private readonly CancellationTokenSource _end = new();
        private readonly SortedDictionary<long, Message> _room = [];
        private readonly List<string> _received = [];
        private readonly Task _watching;

        public Mirror(Chat chat, IAsyncEnumerable<RoomEvent> events, MessagePage known)
        {
            Load(known);
            _watching = Task.Run(() => WatchAsync(chat, events));
        }

        /// <summary>Waits until the kept room matches the store.</summary>
        public async Task IsAsync(MessagePage page)
        {
            // Polled, because a catch-up without news moves the position silently.
            for (var deadline = DateTime.UtcNow + Patience; !Is(page); await Task.WhenAny(_watching, Task.Delay(10)))
            {
                if (_watching.IsCompleted || DateTime.UtcNow > deadline)
                {
                    Assert.Fail($"The watcher {(_watching.IsCompleted ? "ended" : "did not get there")}. The store is at {page.Position} with {string.Join(", ", page.Messages)}; the watcher has {string.Join(", ", _room.Values)}. Received: {string.Join(", ", _received)}. {_watching.Exception}");
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _watching.WaitAsync(Patience));
        }

        private bool Is(MessagePage page)
        {
            lock (_room)
            {
                return page.Messages.SequenceEqual(_room.Values);
            }
        }

        private async Task WatchAsync(Chat chat, IAsyncEnumerable<RoomEvent> events)
        {
            await foreach (var happened in events.WithCancellation(_end.Token))
            {
                var whole = happened is RoomEvent.Gap ? await chat.ReceiveAsync(Room, new MessageQuery { Limit = 1000 }, _end.Token) : null;
                lock (_room)
                {
                    _received.Add($"{happened}");
                    switch (happened)
                    {
                        case RoomEvent.Created { Message: var message }:
                            _room[message.Id] = message;
                            break;
                        case RoomEvent.Edited { Message: var message }:
                            _room[message.Id] = message;
                            break;
                        case RoomEvent.Deleted { MessageId: var id }:
                            _room.Remove(id);
                            break;
                        case RoomEvent.Gap:
                            Load(whole!);
                            break;
                    }
                }
            }
        }

        private void Load(MessagePage page)
        {
            _room.Clear();
            foreach (var message in page.Messages)
            {
                _room.Add(message.Id, message);
            }
        }
    }
}
