using RedisChat.Benchmarks.Ratios;
using RedisChat.Redis;

namespace RedisChat.Benchmarks.Send;

/// <summary>The reference that does the same in Redis: the library's script, one message a call.</summary>
internal sealed class RawAppendSends : ISendPattern
{
    public string Name => "raw script";

    public Task<Func<int, Task>> PrepareAsync(RunContext run, IReadOnlyList<string> rooms)
    {
        var scheme = new KeyNames(new HashTagKeyScheme(run.Prefix), database: 0);
        var shared = rooms.Distinct().ToDictionary(room => room, _ => new RawAppend.SharedRoom());
        var senders = Array.ConvertAll(Sender.InRooms(rooms), sender => new RawAppend(run.Database, scheme, sender, shared[sender.Room]));
        return Task.FromResult<Func<int, Task>>(sender => senders[sender].SendAsync());
    }
}
