using System.Collections.Concurrent;

namespace RedisChat.AspNetCore;

/// <summary>
/// A token bucket for each user. Of each bucket it keeps only the time at which it will be full again, so a bucket that is full needs no entry.
/// </summary>
internal sealed class RequestBuckets(RequestLimit limit, TimeProvider time)
{
    // Above this many entries, those of full buckets are removed; at least this many requests lie between two such passes.
    private const int MostEntries = 10_000;

    private readonly ConcurrentDictionary<string, long> _fullAt = new(StringComparer.Ordinal);
    private readonly long _interval = Math.Max(1, time.TimestampFrequency / limit.PerSecond);
    private int _added;

    internal int Entries => _fullAt.Count;

    /// <summary>Takes a token of a user's bucket.</summary>
    /// <param name="user">The user's id.</param>
    /// <param name="wait">If there is none: how long until there is one.</param>
    public bool TryTake(string user, out TimeSpan wait)
    {
        while (true)
        {
            var now = time.GetTimestamp();
            var isKnown = _fullAt.TryGetValue(user, out var known);
            var fullAt = Math.Max(known, now) + _interval;
            var excess = fullAt - now - (_interval * limit.Burst);
            if (isKnown && excess > 0)
            {
                wait = TimeSpan.FromSeconds((double)excess / time.TimestampFrequency);
                return false;
            }

            if (isKnown ? _fullAt.TryUpdate(user, fullAt, known) : _fullAt.TryAdd(user, fullAt))
            {
                if (!isKnown && Interlocked.Increment(ref _added) % MostEntries == 0)
                {
                    RemoveFull(now);
                }

                wait = TimeSpan.Zero;
                return true;
            }
        }
    }

    private void RemoveFull(long now)
    {
        foreach (var entry in _fullAt)
        {
            if (entry.Value <= now)
            {
                // Only if it is still the same: it may have been used since.
                _fullAt.TryRemove(entry);
            }
        }
    }
}
