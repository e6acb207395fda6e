using RedisChat.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>Later sends reuse the buffers of calls, but those of a burst of large batches are released.</summary>
public sealed class PooledCallTests(TestServer server)
{
    private const int Batches = 16;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_large_batches_at_once_no_more_than_the_bound_is_kept_and_small_sends_are_still_pooled()
    {
        await using var store = new RedisMessageStore(
            server.ChatConnection, new RedisStoreOptions { KeyPrefix = $"test-{Guid.NewGuid():n}", SealAfter = null });
        var chat = new Chat(store);
        var large = Enumerable.Repeat(new NewMessage("alice", new string('x', 16 * 1024)), ChatLimits.MaxBatchSize).ToArray();

        for (var round = 0; round < 2; round++)
        {
            // Each batch has its own room, so none waits: there are as many calls under way as batches.
            await Task.WhenAll(Enumerable.Range(0, Batches).Select(i => chat.SendManyAsync($"room {i}", large, Cancelled)));

            store.PooledBytes.Should().BeLessThanOrEqualTo(RedisAppends.MostPooledBytes, "one such call alone has buffers of 2 MiB or more");
        }

        await Task.WhenAll(Enumerable.Range(0, Batches).Select(i => chat.SendAsync($"room {i}", "alice", "small", Cancelled)));
        store.PooledBytes.Should().BePositive();
    }
}
