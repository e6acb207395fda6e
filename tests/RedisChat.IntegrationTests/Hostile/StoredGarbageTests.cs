using System.Diagnostics;
using RedisChat.Conformance;

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
}
