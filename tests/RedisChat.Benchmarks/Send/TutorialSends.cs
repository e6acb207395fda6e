using RedisChat.Benchmarks.Ratios;

namespace RedisChat.Benchmarks.Send;

/// <summary>
/// The well-known tutorial on chat in Redis hashes: five commands one after the other, as its readers write it. Not atomic, and its rooms cannot be
/// watched.
/// </summary>
internal sealed class TutorialSends : ISendPattern
{
    public string Name => "tutorial";

    public Task<Func<int, Task>> PrepareAsync(RunContext run, IReadOnlyList<string> rooms)
    {
        var senders = Sender.InRooms(rooms);
        var database = run.Database;
        return Task.FromResult<Func<int, Task>>(async sender =>
        {
            var (room, user, text) = senders[sender];
            var key = $"{run.Prefix}:{room}";
            var id = await database.StringIncrementAsync($"{key}:messages");
            await database.HashSetAsync(key, user, id);
            await database.HashSetAsync($"{key}:{user}", id, text);
            await database.HashSetAsync($"{key}:{id}", "content", text);
            await database.HashSetAsync($"{key}:{id}", "timestamp", DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        });
    }
}
