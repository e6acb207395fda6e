using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Deletions;

/// <summary>What deletions leave in Redis, and what many of them cost.</summary>
public sealed class BulkDeletionStorageTests
{
    private const string Word = "xylophonist";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_failure_after_the_first_step_says_that_some_messages_were_deleted()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration));
        var chat = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromSeconds(5) });
        for (var i = 0; i < 6; i++)
        {
            await new Chat(store).SendManyAsync("lobby", [.. Enumerable.Range(0, 100).Select(n => new NewMessage("spammer", $"{n}"))], TestContext.Current.CancellationToken);
        }

        var error = await Assert.ThrowsAsync<ChatUnavailableException>(() => chat.Room("lobby").DeleteManyAsync(
            MessageSelection.By("spammer"), Actor.Application, progress: new KillAtOnce(redis), cancellationToken: TestContext.Current.CancellationToken));

        error.MayHaveHappened.Should().BeTrue();
        (error.Room, error.Operation).Should().Be(("lobby", ChatOperations.Delete));
        error.Message.Should().StartWith("500 of the messages were deleted");
    }

    private sealed class KillAtOnce(RedisProcess redis) : IProgress<DeletionProgress>
    {
        public void Report(DeletionProgress value) => redis.KillAsync().GetAwaiter().GetResult();
    }

    [Fact]
    public async Task A_run_is_stored_as_documented()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(connection);
        var chat = new Chat(store);
        await chat.SendManyAsync("lobby", [.. Enumerable.Range(1, 6).Select(n => new NewMessage("alice", $"{n}"))], Cancelled);
        var later = await chat.SendAsync("lobby", "bob", "7", Cancelled);
        var time = Micros.FromTime((await chat.GetAsync("lobby", 1, Cancelled))!.Timestamp);
        var database = connection.GetDatabase();
        var heard = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await connection.GetSubscriber().SubscribeAsync(RedisChannel.Literal("chatroom:{lobby}:live"), (_, payload) => heard.TrySetResult(payload!));

        await chat.Room("lobby").DeleteManyAsync(MessageSelection.Of(2, 3, 4, 6, 7), Actor.Application, "spam", cancellationToken: Cancelled);

        var room = (await database.HashGetAllAsync("chatroom:{lobby}")).ToStringDictionary();
        (await database.SortedSetRangeByRankAsync("chatroom:{lobby}:changed", -1)).Single()
            .Should().Be($$"""{{room["rev"]}}:b:2-4,6-7:{{time}},0,0,0,{{Micros.FromTime(later.Timestamp) - time}}:{"r":"spam"}""");
        room["deleted"].Should().Be("5");
        (await heard.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancelled))
            .Should().Be($$"""b {{room["epoch"]}} 7 {{room["at"]}} {{room["rev"]}} 0 2-4,6-7{{"\n"}}{"r":"spam"}""");
        (await database.HashKeysAsync("chatroom:{lobby}:m:0")).Select(id => (int)id).Should().BeEquivalentTo([1, 5]);
        ((string?)await database.StringGetAsync("chatroom:{lobby}:u:alice")).Should().Be("1,2,3,4,5,6,");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_key_holds_a_word_of_a_deleted_message(bool many)
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(connection, new RedisStoreOptions { SealAfter = 1 });
        var chat = new Chat(store, new ChatOptions { KeptVersions = 5 });
        var room = chat.Room("lobby");
        for (var sent = 0; sent < 512; sent += ChatLimits.MaxBatchSize)
        {
            await room.SendManyAsync(
                [
                    .. Enumerable.Range(sent + 1, ChatLimits.MaxBatchSize).Select(n => new NewMessage(n % 2 == 0 ? "bob" : "alice", n % 4 == 0 ? $"a {Word} said {n}" : $"nothing {n}")
                    {
                        IdempotencyKey = n % 8 == 0 ? $"k{n}" : null,
                        Metadata = n % 4 == 0 ? new Dictionary<string, string> { ["tag"] = Word } : new Dictionary<string, string>(),
                    }),
                ],
                Cancelled);
        }

        await store.SealedAsync();
        long[] spam = [.. Enumerable.Range(1, 512).Where(n => n % 4 == 0)];
        foreach (var id in new[] { spam[0], spam[40], spam[^1] })
        {
            await room.EditAsync(id, Actor.Application, $"the {Word} again", cancellationToken: Cancelled);
            await room.Reactions.AddAsync(id, "carol", "👍", Cancelled);
            await room.Pins.PinAsync(id, Actor.Application, Cancelled);
        }

        (await HoldersAsync(connection)).Should().NotBeEmpty();
        if (many)
        {
            (await room.DeleteManyAsync(MessageSelection.Of(spam), Actor.Application, "spam", cancellationToken: Cancelled)).Deleted.Should().Be(spam.Length);
        }
        else
        {
            foreach (var id in spam)
            {
                await room.DeleteAsync(id, Actor.Application, "spam", Cancelled);
            }
        }

        (await HoldersAsync(connection)).Should().BeEmpty();
        (await room.Pins.ListAsync(Cancelled)).Should().BeEmpty();
        (await connection.GetDatabase().HashKeysAsync("chatroom:{lobby}:sealed")).Should().NotBeEmpty("the messages were in sealed buckets, too");
    }

    // docs/decisions/0031 has the figures.
    [Fact]
    public async Task Ten_thousand_messages_take_few_commands_and_few_entries_of_the_change_log()
    {
        const int Messages = 10_000;
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        var costs = new Dictionary<bool, (double Commands, long Entries)>();
        foreach (var many in new[] { false, true })
        {
            await using var store = new RedisMessageStore(connection);
            var room = new Chat(store).Room(many ? "many" : "one");
            for (var sent = 0; sent < Messages; sent += 100)
            {
                await room.SendManyAsync([.. Enumerable.Range(sent, 100).Select(n => new NewMessage($"user{n % 7}", "a message of some length, as people write them"))], Cancelled);
            }

            await store.SealedAsync();
            var before = await CommandCount.AllAsync(connection);
            if (many)
            {
                await room.DeleteManyAsync(MessageSelection.Between(1, Messages), Actor.Application, cancellationToken: Cancelled);
            }
            else
            {
                for (var id = 1; id <= Messages; id++)
                {
                    await room.DeleteAsync(id, Actor.Application, cancellationToken: Cancelled);
                }
            }

            costs[many] = ((await CommandCount.AllAsync(connection) - before) / (double)Messages, await connection.GetDatabase().SortedSetLengthAsync($"chatroom:{{{room.Id}}}:changed"));
            (await room.ReceiveAsync(cancellationToken: Cancelled)).Messages.Should().BeEmpty();
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"One by one: {costs[false].Commands:0.000} commands a message, {costs[false].Entries} entries. Together: {costs[true].Commands:0.000} commands a message, {costs[true].Entries} entries.");
        costs[true].Entries.Should().Be(1 + (Messages / ChatLimits.MaxDeletedAtOnce));
        costs[true].Commands.Should().BeLessThan(costs[false].Commands / 50);
    }

    /// <summary>The keys that hold the word, in their names, fields or values, compressed or not.</summary>
    private static async Task<List<string>> HoldersAsync(ConnectionMultiplexer connection)
    {
        var (database, holders) = (connection.GetDatabase(), new List<string>());
        await foreach (var key in connection.GetServers()[0].KeysAsync(pageSize: 1000))
        {
            var texts = await database.KeyTypeAsync(key) switch
            {
                RedisType.Hash => (await database.HashGetAllAsync(key)).SelectMany(entry => new[] { (string)entry.Name!, Unpacked(key!, entry) }),
                RedisType.SortedSet => (await database.SortedSetRangeByRankAsync(key)).Select(member => (string)member!),
                RedisType.String => [(string)(await database.StringGetAsync(key))!],
                var type => throw new InvalidOperationException($"{key} is a {type}, which this test cannot search."),
            };
            if (texts.Append((string)key!).Any(text => text.Contains(Word, StringComparison.Ordinal)))
            {
                holders.Add(key!);
            }
        }

        return holders;
    }

    private static string Unpacked(string key, HashEntry entry)
    {
        if (!key.EndsWith(":sealed", StringComparison.Ordinal))
        {
            return (string)entry.Value!;
        }

        var bucket = (long)entry.Name;
        using var opened = SealedBucket.TryOpen(bucket, ((ReadOnlyMemory<byte>)entry.Value).Span)!;
        return string.Concat(Enumerable.Range(0, Buckets.Size)
            .Select(slot => opened.TryGet((bucket * Buckets.Size) + slot, out var value) ? System.Text.Encoding.UTF8.GetString(value.Span) : ""));
    }
}
