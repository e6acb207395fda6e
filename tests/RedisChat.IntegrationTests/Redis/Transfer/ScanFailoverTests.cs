using System.Globalization;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Transfer;

/// <summary>A search of all keys is complete if a server dies in the middle of it and another one takes over for good.</summary>
public sealed class ScanFailoverTests
{
    private const int Count = 10_000;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keys_are_complete_if_a_replica_takes_over()
    {
        await using var deployment = await SentinelDeployment.StartAsync();
        await using var connection = RedisConnection.Own(ConfigurationOptions.Parse(WithAllRights(deployment.Configuration)));
        var calls = new TransferCalls(StoreContexts.Make(connection, new RedisStoreOptions()));
        var keys = Enumerable.Range(0, Count).Select(n => string.Create(CultureInfo.InvariantCulture, $"some:{n}")).Order(StringComparer.Ordinal).ToList();
        await calls.WriteAsync(database => database.StringSetAsync([.. keys.Select(key => new KeyValuePair<RedisKey, RedisValue>(key, 1))]), Cancelled);
        await deployment.SyncedAsync();
        var primary = await deployment.PrimaryAsync();

        var found = await ReadAsync(calls, "some:*", async _ =>
        {
            await primary.KillAsync();
            await deployment.PromotedInsteadOfAsync(primary);
        });

        found.Should().Equal(keys);
    }

    [Fact]
    public async Task Keys_are_complete_if_a_node_that_comes_later_in_the_search_is_replaced()
    {
        await using var cluster = await ClusterDeployment.StartAsync();
        await using var connection = RedisConnection.Own(ConfigurationOptions.Parse(WithAllRights(cluster.Configuration)));
        await using var store = new RedisMessageStore(cluster.Configuration);
        var (chat, roots) = (new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) }), new List<string>());
        for (var n = 0; n < 30; n++)
        {
            await chat.SendAsync($"room {n}", new NewMessage("alice", "on the replica"), Durability.Replicated(1, TimeSpan.FromSeconds(30)), Cancelled);
            roots.Add($"chatroom:{{room {n}}}");
        }

        var calls = new TransferCalls(StoreContexts.Make(connection, new RedisStoreOptions()));
        var found = await ReadAsync(calls, calls.Keys.OwnHashes, async first =>
        {
            var scanned = await cluster.PrimaryAsync(await cluster.SlotAsync(first));
            foreach (var root in roots)
            {
                var slot = await cluster.SlotAsync(root);
                if (await cluster.PrimaryAsync(slot) is var later && later != scanned)
                {
                    await later.KillAsync();
                    await cluster.PromotedInsteadOfAsync(later, slot);
                    return;
                }
            }
        });

        found.Should().Equal(roots.Order(StringComparer.Ordinal));
    }

    private static string WithAllRights(string configuration) => configuration.Replace(",user=chat,password=secret", "", StringComparison.Ordinal);

    /// <summary>Reads all keys, in order and each once, and does something after the first one.</summary>
    private static async Task<List<string>> ReadAsync(TransferCalls calls, string pattern, Func<string, Task> afterFirst)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var key in new ScopeFinder(calls).KeysAsync(pattern, null, Cancelled))
        {
            found.Add(key);
            if (found.Count == 1)
            {
                await afterFirst(key);
            }
        }

        return [.. found];
    }
}
