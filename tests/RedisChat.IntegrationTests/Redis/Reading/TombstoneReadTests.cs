using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>Tombstones in Redis: what they cost, and what is left when the change log no longer has the deletions.</summary>
public sealed class TombstoneReadTests(TestServer server)
{
    private readonly string _prefix = $"test-{Guid.NewGuid():n}";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Deletions_that_the_change_log_has_dropped_leave_tombstones_without_details()
    {
        await using var store = new RedisMessageStore(server.Connection, new RedisStoreOptions { KeyPrefix = _prefix, ChangeLogLength = 100 });
        var room = new Chat(store).Room("lobby");
        await FillAsync(room, 300);
        foreach (var id in new long[] { 10, 11, 13, 20 })
        {
            await room.DeleteAsync(id, Actor.Application, "old", Cancelled);
        }

        for (var edit = 1; edit <= 98; edit++)
        {
            await room.EditAsync(1, Actor.Application, $"edit {edit}", Cancelled);
        }

        await room.DeleteAsync(12, Actor.Application, "new", Cancelled);

        var page = await room.ReceiveAsync(new MessageQuery(100) { After = 0, IncludeDeleted = true }, Cancelled);

        page.Tombstones.Select(tombstone => (tombstone.FirstId, tombstone.LastId, tombstone.Reason)).Should().Equal(
            (10, 11, null), (12, 12, "new"), (13, 13, null), (20, 20, "old"));
        page.Tombstones.Select(tombstone => tombstone.DeletedAt is null).Should().Equal(true, false, true, false);
    }

    [Fact]
    public async Task The_details_are_found_in_a_long_log()
    {
        await using var store = new RedisMessageStore(server.Connection, new RedisStoreOptions { KeyPrefix = _prefix });

        // The last of 1,450 deletions at the same time waits for all others.
        var room = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) }).Room("lobby");
        await FillAsync(room, 3_000);

        // More entries than one read brings, all after the time of the first message.
        await Task.WhenAll(Enumerable.Range(1, 2_900).Where(id => id % 2 == 0).Select(id => room.DeleteAsync(id, Actor.Application, $"{id}", Cancelled)));

        var page = await room.ReceiveAsync(new MessageQuery(100) { After = 2_000, IncludeDeleted = true }, Cancelled);

        page.Tombstones.Should().OnlyContain(tombstone => tombstone.Reason == $"{tombstone.FirstId}" && tombstone.LastId == tombstone.FirstId);
        page.Tombstones.Should().HaveCount(99, "the page is 2001, 2003 … 2199");
    }

    [Fact]
    public async Task A_page_with_tombstones_takes_one_command_more_only_if_messages_are_missing()
    {
        await using var proxy = new StepProxy(server.Connection.GetEndPoints()[0], _prefix);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(proxy.Configure($"{server.Configuration},asyncTimeout=60000"));
        await using var store = new RedisMessageStore(connection, new RedisStoreOptions { KeyPrefix = _prefix });
        var room = new Chat(store).Room("lobby");
        await FillAsync(room, 20);
        var query = new MessageQuery(10) { IncludeDeleted = true };

        await proxy.StepAsync(() => room.ReceiveAsync(query, Cancelled), ["HMGET", "HMGET"]);
        await room.DeleteAsync(19, Actor.Application, cancellationToken: Cancelled);
        await room.DeleteAsync(3, Actor.Application, cancellationToken: Cancelled);
        var page = await proxy.StepAsync(() => room.ReceiveAsync(query, Cancelled), ["HMGET", "HMGET"], ["HMGET"], ["ZRANGEBYSCORE"]);

        page.Tombstones.Should().ContainSingle().Which.FirstId.Should().Be(19);
    }

    private static async Task FillAsync(ChatRoom room, int count)
    {
        for (var from = 1; from <= count; from += ChatLimits.MaxBatchSize)
        {
            await room.SendManyAsync([.. Enumerable.Range(from, Math.Min(ChatLimits.MaxBatchSize, count - from + 1)).Select(n => new NewMessage("alice", $"{n}"))], Cancelled);
        }
    }
}
