namespace RedisChat;

/// <summary>How to watch an inbox: see <see cref="UserInbox.WatchAsync"/>.</summary>
public sealed record InboxWatchOptions
{
    /// <summary>
    /// The shortest time between two reads of the rooms that changed, and so the time by which a change in a busy room may be late: 0 to 1 minute; 100 ms by
    /// default. The first change after a quiet time is not delayed.
    /// </summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// How often the whole inbox is read again, in case the event of a moved read marker was lost: 1 second to 1 day; 1 minute by default. All other changes are
    /// durable events, whose loss is noticed sooner: see <see cref="RedisStoreOptions.LiveProbeInterval"/>.
    /// </summary>
    public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromMinutes(1);

    internal static InboxWatchOptions Default { get; } = new();
}
