using System.Globalization;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Transfer;

/// <summary>A scan returns everything, also if the server is restarted meanwhile: then a position from before would leave out a part.</summary>
public sealed class TransferScanTests : IAsyncLifetime
{
    private const int Count = 10_000;

    private RedisProcess _server = null!;
    private ConnectionMultiplexer _connection = null!;
    private TransferCalls _calls = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static IEnumerable<string> Expected => Enumerable.Range(0, Count).Select(n => n.ToString(CultureInfo.InvariantCulture));

    public async ValueTask InitializeAsync()
    {
        _server = await RedisProcess.StartAsync("--appendonly", "yes");
        _connection = await _server.ConnectAsync();
        _calls = new TransferCalls(StoreContexts.Make(RedisConnection.Shared(_connection), new RedisStoreOptions()));
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await (_connection?.DisposeAsync() ?? default);
        await (_server?.DisposeAsync() ?? default);
    }

    [Fact]
    public async Task The_fields_of_a_hash_are_complete_after_a_restart()
    {
        await _connection.GetDatabase().HashSetAsync("hash", [.. Expected.Select(name => new HashEntry(name, 1))]);

        var found = await ReadAsync(_calls.FieldsAsync("hash", Cancelled), field => (string)field.Name!);

        found.Distinct().Order(StringComparer.Ordinal).Should().Equal(Expected.Order(StringComparer.Ordinal));
        found.Should().HaveCountGreaterThan(Count);
    }

    [Fact]
    public async Task Keys_are_complete_after_a_restart()
    {
        await _connection.GetDatabase().StringSetAsync([.. Expected.Select(name => new KeyValuePair<RedisKey, RedisValue>($"some:{name}", 1))]);

        var found = await ReadAsync(new ScopeFinder(_calls).KeysAsync("some:*", null, Cancelled), key => key[5..]);

        found.Distinct().Order(StringComparer.Ordinal).Should().Equal(Expected.Order(StringComparer.Ordinal));
        found.Should().HaveCountGreaterThan(Count);
    }

    /// <summary>Reads all, and restarts the server after the first one.</summary>
    private async Task<List<string>> ReadAsync<T>(IAsyncEnumerable<T> scan, Func<T, string> name)
    {
        var found = new List<string>();
        await foreach (var one in scan)
        {
            found.Add(name(one));
            if (found.Count == 1)
            {
                await _server.KillAsync();
                await _server.StartAgainAsync();
            }
        }

        return found;
    }
}
