using System.Globalization;
using RedisChat.Benchmarks.Texts;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>Redis memory per message with 120 bytes of text, including everything that stays. Exact except for the allocator's rounding.</summary>
public sealed class MemoryTests
{
    private const int BatchSize = 100;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Open_messages_of_one_room_take_at_most_255_bytes_each() =>
        (await BytesEachAsync(sealAfter: null, rooms: 1, messages: 20_000, users: 64)).Should().BeLessThanOrEqualTo(255);

    [Fact]
    public async Task Sealed_messages_of_one_room_take_at_most_110_bytes_each_less_than_their_texts() =>
        (await BytesEachAsync(sealAfter: 1, rooms: 1, messages: 20_000, users: 64)).Should().BeLessThanOrEqualTo(110);

    [Fact]
    public async Task Messages_of_many_small_rooms_take_at_most_265_bytes_each() =>
        (await BytesEachAsync(sealAfter: 2, rooms: 200, messages: 100, users: 8)).Should().BeLessThanOrEqualTo(265);

    private static async Task<double> BytesEachAsync(int? sealAfter, int rooms, int messages, int users)
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var admin = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration), new RedisStoreOptions { SealAfter = sealAfter });
        var chat = new Chat(store);

        // Set up connections and scripts first, so that they do not count as the messages' memory.
        await FillAsync(chat, "warm up", 0, 400, users);
        await store.SealedAsync();
        await chat.EditAsync("warm up", 1, "user0000", "edited", Cancelled);
        await admin.GetServers()[0].FlushAllDatabasesAsync();
        var before = await UsedAsync(admin);
        for (var room = 0; room < rooms; room++)
        {
            await FillAsync(chat, $"room {room}", room, messages, users);
        }

        await store.SealedAsync();
        await Task.WhenAll(admin.GetServers()[0].Keys(pattern: "*:sent:*").ToList().Select(key => admin.GetDatabase().KeyDeleteAsync(key)));
        var bytes = (await UsedAsync(admin) - before) / (double)(rooms * messages);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{bytes:f1} B a message"));
        return bytes;
    }

    private static async Task FillAsync(Chat chat, string room, int seed, int messages, int users)
    {
        var sent = 0;
        foreach (var batch in NaturalTexts.Embedded.Messages(seed).Take(messages).Chunk(BatchSize))
        {
            await chat.SendManyAsync(room, [.. batch.Select(text => new NewMessage($"user{sent++ % users:d4}", text))], Cancelled);
        }
    }

    private static async Task<long> UsedAsync(ConnectionMultiplexer admin)
    {
        var memory = (string)(await admin.GetDatabase().ExecuteAsync("INFO", "memory"))!;
        var line = memory.Split("\r\n").First(line => line.StartsWith("used_memory:", StringComparison.Ordinal));
        return long.Parse(line.Split(':')[1], CultureInfo.InvariantCulture);
    }
}
