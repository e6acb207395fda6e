using System.Globalization;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>When which buckets are sealed, and what is in Redis then.</summary>
public sealed class SealingTests(TestServer server)
{
    private const string Room = "lobby";

    private readonly string _prefix = $"test-{Guid.NewGuid():n}";
    private readonly SealingLog _log = new();
    private readonly IDatabase _redis = server.Connection.GetDatabase();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Key(string part = "") => $"{_prefix}:{{{Room}}}{part}";

    [Fact]
    public async Task Full_buckets_that_lie_behind_the_newest_are_sealed_and_no_others()
    {
        await using var store = NewStore(2);
        var chat = new Chat(store);

        await SendAsync(chat, store, 383);
        (await SealedAsync()).Should().BeEquivalentTo([0L]);
        (await OpenAsync(3)).Should().BeEquivalentTo([1L, 2L]);
        ((long)await _redis.HashGetAsync(Key(), "sealed")).Should().Be(1);

        await SendAsync(chat, store, 1);
        (await SealedAsync()).Should().BeEquivalentTo([0L, 1L]);
        (await OpenAsync(4)).Should().BeEquivalentTo([2L, 3L]);
    }

    private static async Task SendAsync(Chat chat, RedisMessageStore store, int count, Func<int, string>? text = null)
    {
        for (var sent = 0; sent < count; sent += 100)
        {
            var batch = Enumerable.Range(sent, Math.Min(100, count - sent)).Select(n => new NewMessage($"user{n % 7}", text?.Invoke(n) ?? $"This is message {n}."));
            await chat.SendManyAsync(Room, [.. batch], Cancelled);
        }

        await store.SealedAsync();
    }

    private async Task<IEnumerable<long>> SealedAsync() =>
        (await _redis.HashKeysAsync(Key(":sealed"))).Select(field => long.Parse((string)field!, CultureInfo.InvariantCulture));

    private async Task<IEnumerable<long>> OpenAsync(int buckets)
    {
        var open = new List<long>();
        for (var bucket = 0; bucket < buckets; bucket++)
        {
            if (await _redis.KeyExistsAsync(Key($":m:{bucket}")))
            {
                open.Add(bucket);
            }
        }

        return open;
    }

    private RedisMessageStore NewStore(int? sealAfter) => new(
        RedisConnection.Shared(server.ChatConnection), new RedisStoreOptions { KeyPrefix = _prefix, SealAfter = sealAfter }, null, null, _log);
}
