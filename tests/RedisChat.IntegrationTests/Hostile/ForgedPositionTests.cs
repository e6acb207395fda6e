using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Hostile;

/// <summary>A position from outside is answered with everything missing or with a gap, never with a part presented as the whole.</summary>
public sealed class ForgedPositionTests(TestServer server)
{
    private const string Room = "lobby";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_reader_with_any_position_ends_with_the_stores_room_or_receives_a_gap() =>
        await Fuzz.RunAsync(async random =>
        {
            await using var store = new RedisMessageStore(server.Connection, new RedisStoreOptions { KeyPrefix = $"fuzz-{Guid.NewGuid():n}" });
            var chat = new Chat(store);
            var known = new List<MessagePage> { await WholeAsync(chat) };
            for (var steps = random.Next(0, 12); steps > 0; steps--)
            {
                await ActAsync(chat, random, known[^1]);
                known.Add(await WholeAsync(chat));
            }

            var whole = known[^1];
            for (var i = 0; i < 10; i++)
            {
                // A genuine position with zero or more of its numbers forged.
                var seen = random.OneOf(known.ToArray());
                var position = Forged(random, seen.Position, known);
                var events = await ReadAsync(chat, position, random);

                events.Count.Should().BeLessThan(1000);
                if (events.Exists(happened => happened is RoomEvent.Gap))
                {
                    position.Should().NotBe(seen.Position, "a position that the room issued is not answered with a gap");
                    continue;
                }

                // Accepted: a reader that had seen everything up to it now has everything.
                var room = Seen(known, position).ToDictionary(message => message.Id);
                events.ForEach(happened => Apply(room, happened));
                room.Values.OrderBy(message => message.Id).SequenceEqual(whole.Messages).Should().BeTrue(
                    "{0} was accepted in a room at {1}, with {2}", position, whole.Position, string.Join(", ", events));
            }
        });

    [Fact]
    public async Task A_watcher_with_any_position_catches_up()
    {
        await Fuzz.RunAsync(async random =>
        {
            await using var store = new RedisMessageStore(server.Connection, new RedisStoreOptions { KeyPrefix = $"fuzz-{Guid.NewGuid():n}" });
            var chat = new Chat(store);
            for (var steps = random.Next(0, 4); steps > 0; steps--)
            {
                await ActAsync(chat, random, await WholeAsync(chat));
            }

            var position = Forged(random, (await WholeAsync(chat)).Position, []);
            await using var log = new WatchLog(chat.WatchAsync(Room, position));
            await log.CaughtUpAsync();
            await chat.SendAsync(Room, "alice", "live", Cancelled);
            await log.UntilAsync(l => l.Events[^1] is RoomEvent.Created { Message.Text: "live" });
        });
    }

    private static async Task<MessagePage> WholeAsync(Chat chat) => await chat.ReceiveAsync(Room, new MessageQuery { Limit = 1000 }, Cancelled);

    private static async Task ActAsync(Chat chat, Random random, MessagePage now)
    {
        var some = now.Messages.Count > 0 ? now.Messages[random.Next(now.Messages.Count)].Id : 0;
        switch (random.Next(4))
        {
            case 0 when some > 0:
                await chat.EditAsync(Room, some, "alice", $"{random.Next()}", Cancelled);
                break;
            case 1 when some > 0:
                await chat.DeleteAsync(Room, some, "alice", cancellationToken: Cancelled);
                break;
            default:
                await chat.SendManyAsync(Room, [.. Enumerable.Range(0, random.Next(1, 4)).Select(n => new NewMessage("alice", $"{n}"))], Cancelled);
                break;
        }
    }

    private static RoomPosition Forged(Random random, RoomPosition position, List<MessagePage> known)
    {
        for (var changes = random.Next(3); changes > 0; changes--)
        {
            var other = known.Count > 0 ? known[random.Next(known.Count)].Position : RoomPosition.Start;
            position = random.Next(4) switch
            {
                0 => position with { Epoch = random.OneOf(0UL, 1UL, position.Epoch + 1, ulong.MaxValue, (ulong)random.NextInt64()) },
                1 => position with { MessageId = Number(position.MessageId, other.MessageId, ChatLimits.MaxMessageId) },
                2 => position with { Stamp = Number(position.Stamp, other.Stamp, long.MaxValue) },
                _ => position with { Revision = Number(position.Revision, other.Revision, long.MaxValue) },
            };
        }

        return position;

        long Number(long now, long other, long most) =>
            Math.Clamp(random.OneOf(0, 1, now - 1, now + 1, now + 1_000_000, other, most - 1, most, 1L << 53, random.NextInt64()), 0, most);
    }

    /// <summary>The room as a reader at a position has seen it: its state at that revision, plus later messages up to the position, as sent.</summary>
    private static IEnumerable<Message> Seen(List<MessagePage> known, RoomPosition position)
    {
        var atRevision = known.FindLast(page => page.Position.Revision == position.Revision);
        var asSent = known.SelectMany(page => page.Messages).Where(message => message.Id > atRevision?.Position.MessageId).DistinctBy(message => message.Id);
        return (atRevision?.Messages ?? []).Concat(asSent).Where(message => message.Id <= position.MessageId);
    }

    private static async Task<List<RoomEvent>> ReadAsync(Chat chat, RoomPosition position, Random random)
    {
        var events = new List<RoomEvent>();
        RoomChanges changes;
        do
        {
            changes = await chat.ReadChangesAsync(Room, position, random.Next(1, 20), Cancelled);
            events.AddRange(changes.Events);
            position = changes.Position;
        }
        while (changes.HasMore);

        return events;
    }

    private static void Apply(Dictionary<long, Message> room, RoomEvent happened)
    {
        switch (happened)
        {
            case RoomEvent.Created { Message: var message }:
                room.Add(message.Id, message);
                break;
            case RoomEvent.Edited { Message: var message }:
                room[message.Id] = message;
                break;
            case RoomEvent.Deleted { MessageId: var id }:
                room.Remove(id);
                break;
        }
    }
}
