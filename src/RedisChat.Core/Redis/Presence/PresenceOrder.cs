namespace RedisChat.Redis;

/// <summary>What one subscription has heard of the presence in its room: finds reports that overtook each other, and reports that were lost.</summary>
/// <remarks>
/// Handlers overtake each other by milliseconds. If "alice left" overtakes "alice entered", she would be shown as present for good; so a report about a user of whom a
/// newer one was delivered is dropped. Each report names the one before it. If that has not arrived after a second, it was lost. Not thread-safe.
/// </remarks>
internal sealed class PresenceOrder(TimeProvider time)
{
    // How many reports and users are remembered: more than are on their way at once.
    private const int Remembered = 256;

    // In µs. Reports that are older than the newest by more than this are not late: the server's clock was set back, or another server took over.
    private const long MostLate = 1_000_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, long> _users = new(StringComparer.Ordinal);
    private readonly Queue<(string User, long Time)> _usersByAge = new();
    private readonly HashSet<long> _reports = [];
    private readonly Queue<long> _reportsByAge = new();
    private long _first;
    private long _last;
    private long _count;
    private long _missing;
    private long _missingSince;

    /// <summary>Records a report.</summary>
    /// <param name="report">Its time, in µs.</param>
    /// <param name="before">The time of the report before it; 0 if the room was empty.</param>
    /// <param name="count">The number of users; replaced by that of a newer report, if there was one.</param>
    /// <returns>Whether another report turned out to be lost.</returns>
    public bool Take(long report, long before, ref long count)
    {
        var isLost = _last - report > MostLate;
        if (isLost)
        {
            Clear();
        }

        if (_last == 0)
        {
            _first = report;
        }
        else if (before == 0 ? report > _last && _count > 0 : before > _first && !_reports.Contains(before) && _missing == 0)
        {
            isLost |= before == 0;
            (_missing, _missingSince) = (before, time.GetTimestamp());
        }

        if (_reports.Add(report))
        {
            _reportsByAge.Enqueue(report);
            if (_reportsByAge.Count > Remembered)
            {
                _reports.Remove(_reportsByAge.Dequeue());
            }
        }

        _missing = report == _missing ? 0 : _missing;
        if (report >= _last)
        {
            (_last, _count) = (report, count);
        }

        count = _count;
        if (_missing != 0 && time.GetElapsedTime(_missingSince) > Patience)
        {
            (_missing, isLost) = (0, true);
        }

        return isLost;
    }

    /// <summary>Records that a report is about a user. Returns whether it is to be delivered: not if a newer one about the user was.</summary>
    public bool TryTake(string user, long report)
    {
        if (_users.TryGetValue(user, out var newest) && newest > report)
        {
            return false;
        }

        _users[user] = report;
        _usersByAge.Enqueue((user, report));
        if (_usersByAge.Count > Remembered && _usersByAge.Dequeue() is var oldest && _users.TryGetValue(oldest.User, out newest) && newest == oldest.Time)
        {
            _users.Remove(oldest.User);
        }

        return true;
    }

    private void Clear()
    {
        _users.Clear();
        _usersByAge.Clear();
        _reports.Clear();
        _reportsByAge.Clear();
        (_first, _last, _missing) = (0, 0, 0);
    }
}
