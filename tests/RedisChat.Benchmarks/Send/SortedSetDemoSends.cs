using System.Text.Json;
using RedisChat.Benchmarks.Ratios;
using StackExchange.Redis;

namespace RedisChat.Benchmarks.Send;

/// <summary>
/// The pattern of the chat demos that Redis shows: a set of members, a sorted set of JSON by time, and a publication, one after the other. Not atomic; the
/// messages have no ids.
/// </summary>
internal sealed class SortedSetDemoSends : ISendPattern
{
    public string Name => "sorted-set demo";

    public Task<Func<int, Task>> PrepareAsync(RunContext run, IReadOnlyList<string> rooms)
    {
        var senders = Sender.InRooms(rooms);
        var database = run.Database;
        return Task.FromResult<Func<int, Task>>(async sender =>
        {
            var (room, user, text) = senders[sender];
            var key = $"{run.Prefix}:demo:{room}";
            var date = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            var message = JsonSerializer.Serialize(new DemoMessage(user, date, text, room));
            await database.SetAddAsync($"{key}:members", user);
            await database.SortedSetAddAsync(key, message, date);
            await database.PublishAsync(RedisChannel.Literal($"{key}:live"), message);
        });
    }
}

/// <summary>A message as the demo stores it.</summary>
internal sealed record DemoMessage(string From, long Date, string Message, string RoomId);
