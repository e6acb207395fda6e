using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Allocations;

/// <summary>What stays in memory after sends: the pools do not keep what a burst needed.</summary>
public sealed class SendMemoryTests(TestServer server)
{
    [Fact]
    public Task After_a_burst_of_large_batches_memory_is_back_near_the_start() =>
        OwnProcess.RunAsync(server, async () =>
        {
            const int Rooms = 32;
            await using var redis = await RedisProcess.StartAsync("--save", "", "--appendonly", "no");
            await using var store = new RedisMessageStore(
                ConfigurationOptions.Parse($"{redis.Configuration},asyncTimeout=120000"), new RedisStoreOptions { SealAfter = null });
            var chat = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(5) });
            await BurstAsync(chat, Rooms, textLength: 100);
            var before = Managed();

            for (var round = 0; round < 2; round++)
            {
                // 64 MiB of messages at once.
                await BurstAsync(chat, Rooms, textLength: 16 * 1024);
                var kept = (Managed() - before) / 1024.0 / 1024.0;

                TestContext.Current.TestOutputHelper?.WriteLine($"{kept:0.0} MiB more than before");
                kept.Should().BeLessThan(8);
            }
        });

    private static Task<IReadOnlyList<MessageReceipt>[]> BurstAsync(Chat chat, int rooms, int textLength)
    {
        var batch = Enumerable.Repeat(new NewMessage("alice", new string('x', textLength)), ChatLimits.MaxBatchSize).ToList();
        return Task.WhenAll(Enumerable.Range(0, rooms).Select(room => chat.SendManyAsync($"room {room}", batch, CancellationToken.None)));
    }

    private static long Managed()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
