using RedisChat.Benchmarks.Ratios;
using RedisChat.Benchmarks.Texts;
using StackExchange.Redis;

namespace RedisChat.Benchmarks.Memory;

/// <summary>The memory that Redis allocates per message.</summary>
/// <param name="Lasting">Bytes a message, of everything that stays: messages, rooms, the lists of users' ids, and the keys themselves.</param>
/// <param name="Expiring">Bytes a message, of the idempotency keys that expire.</param>
internal sealed record MemoryUse(double Lasting, double Expiring)
{
    private const int BatchSize = 100;
    private const int ConcurrentRooms = 8;

    /// <summary>Fills an empty server through the library and reads its memory.</summary>
    public static async Task<MemoryUse> MeasureAsync(
        RunContext run, NaturalTexts texts, int rooms, int messagesInRoom, int users, Action<RedisStoreOptions> configure, ChatEncryption? encryption = null)
    {
        await run.CleanAsync();
        await using var store = run.NewStore(run.Configuration, configure, encryption);

        // Set up connections and the script first, so that they do not count as the messages' memory.
        await FillAsync(new Chat(store), run.NewName(), texts.Messages(0).Take(BatchSize), users);
        await run.CleanAsync();
        var before = await run.Server.UsedMemoryAsync();

        string[] names = [.. Enumerable.Range(0, rooms).Select(_ => run.NewName())];
        await Parallel.ForEachAsync(
            names.Index(), new ParallelOptions { MaxDegreeOfParallelism = ConcurrentRooms, CancellationToken = run.Ending },
            async (room, _) => await FillAsync(new Chat(store), room.Item, texts.Messages(room.Index).Take(messagesInRoom), users));
        await store.SealedAsync();
        var filled = await run.Server.UsedMemoryAsync();
        await RemoveExpiringAsync(run);
        var lasting = await run.Server.UsedMemoryAsync();
        var messages = (double)rooms * messagesInRoom;
        return new((lasting - before) / messages, (filled - lasting) / messages);
    }

    private static async Task FillAsync(Chat chat, string room, IEnumerable<string> texts, int users)
    {
        var sent = 0;
        foreach (var batch in texts.Chunk(BatchSize))
        {
            await chat.SendManyAsync(room, [.. batch.Select(text => new NewMessage($"user{sent++ % users:d4}", text))]);
        }
    }

    private static async Task RemoveExpiringAsync(RunContext run)
    {
        foreach (var server in run.Connection.GetServers())
        {
            var keys = new List<RedisKey>();
            await foreach (var key in server.KeysAsync(pattern: $"{run.Prefix}:*:sent:*", pageSize: 1000))
            {
                keys.Add(key);
            }

            foreach (var chunk in keys.Chunk(1000))
            {
                // DEL, not UNLINK: the memory is free when it returns.
                await run.Database.ExecuteAsync("DEL", [.. chunk.Select(key => (object)key)]);
            }
        }
    }
}
