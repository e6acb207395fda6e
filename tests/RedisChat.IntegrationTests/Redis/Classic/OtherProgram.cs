using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Classic;

/// <summary>Another program that uses the classic layout: raw Redis commands, as in the tutorial.</summary>
internal sealed class OtherProgram(IDatabase redis, string prefix)
{
    /// <summary>The tutorial's five commands.</summary>
    /// <returns>The message's id.</returns>
    public async Task<long> SendAsync(string room, string user, string text)
    {
        var id = (long)await ExecuteAsync("INCR", $":{room}:messages");
        await ExecuteAsync("HSET", $":{room}", user, $"{id}");
        await ExecuteAsync("HSET", $":{room}:{user}", $"{id}", text);
        await ExecuteAsync("HSET", $":{room}:{id}", "content", text);
        await ExecuteAsync("HSET", $":{room}:{id}", "timestamp", $"{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}");
        return id;
    }

    /// <summary>Sends messages 1, 2, 3 … to a new room, one per user, with the text "by" and the user; all in one go.</summary>
    public async Task FillAsync(string room, IReadOnlyList<string> users)
    {
        var batch = redis.CreateBatch();
        var writes = new List<Task> { batch.StringSetAsync(Key($":{room}:messages"), users.Count) };
        for (var i = 0; i < users.Count; i++)
        {
            writes.Add(batch.HashSetAsync(Key($":{room}"), users[i], i + 1));
            writes.Add(batch.HashSetAsync(Key($":{room}:{users[i]}"), i + 1, $"by {users[i]}"));
            writes.Add(batch.HashSetAsync(Key($":{room}:{i + 1}"), [new HashEntry("content", $"by {users[i]}"), new HashEntry("timestamp", 1_700_000_000)]));
        }

        batch.Execute();
        await Task.WhenAll(writes);
    }

    public Task<RedisResult> ExecuteAsync(string command, string key, params object[] arguments) =>
        redis.ExecuteAsync(command, [Key(key), .. arguments]);

    public async Task<Dictionary<string, string>> HashAsync(string key) => (await redis.HashGetAllAsync(Key(key))).ToStringDictionary();

    private RedisKey Key(string key) => prefix + key;
}
