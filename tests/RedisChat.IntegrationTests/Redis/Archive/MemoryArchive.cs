using System.Collections.Concurrent;

namespace RedisChat.IntegrationTests.Redis.Archive;

/// <summary>An archive in memory, for tests of the store: a test can make it fail or hang, and see its calls.</summary>
internal sealed class MemoryArchive : IRoomArchive
{
    private readonly object _gate = new();
    private readonly Dictionary<(string Room, ulong Epoch), SortedDictionary<long, ArchivedBucket>> _rooms = [];
    private readonly HashSet<(string Room, ulong Epoch)> _removed = [];

    /// <summary>Called at the beginning of each call with its name; may throw, or wait.</summary>
    public Func<string, CancellationToken, Task>? Before { get; set; }

    /// <summary>The calls so far.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>The buckets with content of a room.</summary>
    public IReadOnlyList<ArchivedBucket> Of(string room)
    {
        lock (_gate)
        {
            return [.. _rooms.Where(entry => entry.Key.Room == room).SelectMany(entry => entry.Value.Values).Where(bucket => !bucket.Content.IsEmpty)];
        }
    }

    /// <summary>Loses a bucket, as no archive should.</summary>
    public void Lose(string room, long number)
    {
        lock (_gate)
        {
            foreach (var entry in _rooms.Where(entry => entry.Key.Room == room))
            {
                entry.Value.Remove(number);
            }
        }
    }

    public async ValueTask<bool> PutAsync(string room, ulong epoch, IReadOnlyList<ArchivedBucket> buckets, CancellationToken cancellationToken = default)
    {
        await BeginAsync("put", cancellationToken);
        lock (_gate)
        {
            if (_removed.Contains((room, epoch)))
            {
                return false;
            }

            var present = _rooms.TryGetValue((room, epoch), out var found) ? found : _rooms[(room, epoch)] = [];
            var accepted = buckets.Where(bucket => !present.TryGetValue(bucket.Number, out var other) || other.Version <= bucket.Version).ToList();
            accepted.ForEach(bucket => present[bucket.Number] = bucket with { Content = bucket.Content.ToArray() });
            return accepted.Count == buckets.Count;
        }
    }

    public async ValueTask<IReadOnlyList<ArchivedBucket?>> ReadAsync(string room, ulong epoch, IReadOnlyList<long> numbers, CancellationToken cancellationToken = default)
    {
        await BeginAsync("read", cancellationToken);
        lock (_gate)
        {
            return [.. numbers.Select(number => _rooms.TryGetValue((room, epoch), out var found) ? found.GetValueOrDefault(number) : null)];
        }
    }

    public async ValueTask<IReadOnlyList<long>> FindAsync(
        string room, ulong epoch, string user, long first, long last, bool descending, int limit, CancellationToken cancellationToken = default)
    {
        await BeginAsync("find", cancellationToken);
        lock (_gate)
        {
            var numbers = _rooms.TryGetValue((room, epoch), out var found)
                ? found.Values.Where(bucket => bucket.Number >= first && bucket.Number <= last && bucket.Users.Contains(user)).Select(bucket => bucket.Number)
                : [];
            return [.. (descending ? numbers.Reverse() : numbers).Take(limit)];
        }
    }

    public async ValueTask RemoveRoomAsync(string room, ulong epoch, CancellationToken cancellationToken = default)
    {
        await BeginAsync("remove", cancellationToken);
        lock (_gate)
        {
            _rooms.Remove((room, epoch));
            _removed.Add((room, epoch));
        }
    }

    private async Task BeginAsync(string call, CancellationToken cancellationToken)
    {
        Calls.Enqueue(call);
        await (Before?.Invoke(call, cancellationToken) ?? Task.CompletedTask);
    }
}
