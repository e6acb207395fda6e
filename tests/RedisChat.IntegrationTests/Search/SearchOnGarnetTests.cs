using RedisChat.Tests.Search;

namespace RedisChat.IntegrationTests.Search;

/// <summary>The same on the embedded server.</summary>
public sealed class SearchOnGarnetTests(SharedGarnet server)
{
    [Fact]
    public async Task However_feeders_end_the_index_equals_the_history()
    {
        using var index = new ObservedIndex();
        await using var store = new RedisMessageStore(
            StackExchange.Redis.ConfigurationOptions.Parse(server.Configuration), new RedisStoreOptions { KeyPrefix = $"test-{Guid.NewGuid():n}" });
        await new IndexModel(store, index, "", 3).RunAsync(60);
    }
}
