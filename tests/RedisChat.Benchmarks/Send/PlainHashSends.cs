using System.Text;
using RedisChat.Benchmarks.Ratios;
using StackExchange.Redis;

namespace RedisChat.Benchmarks.Send;

/// <summary>
/// The least that stores a message: one <c>HSET</c> of the value that we store, in a hash for each 128. The ids are counted in this process; no index,
/// no order between processes, no repetition recognized, nothing published.
/// </summary>
internal sealed class PlainHashSends : ISendPattern
{
    private const int BucketSize = 128;

    public string Name => "one HSET";

    public Task<Func<int, Task>> PrepareAsync(RunContext run, IReadOnlyList<string> rooms)
    {
        var senders = Sender.InRooms(rooms);
        var values = Array.ConvertAll(senders, sender => Encoding.UTF8.GetBytes(
            $$"""{"t":1795418409447122,"u":"{{sender.User}}","c":"{{sender.Text}}"}"""));
        var counters = rooms.Distinct().ToDictionary(room => room, _ => new Counter());
        var roomOfSender = Array.ConvertAll(senders, sender => counters[sender.Room]);
        var database = run.Database;
        return Task.FromResult<Func<int, Task>>(sender =>
        {
            var id = roomOfSender[sender].Next();
            return database.HashSetAsync($"{run.Prefix}:plain:{senders[sender].Room}:{id / BucketSize}", id, values[sender]);
        });
    }

    private sealed class Counter
    {
        private long _last;

        public long Next() => Interlocked.Increment(ref _last);
    }
}
