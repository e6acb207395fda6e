namespace RedisChat;

/// <summary>What one process reports about its users in a room: see <see cref="IPresenceStore.UpdatePresenceAsync"/>. Without users it is a heartbeat.</summary>
public sealed record PresenceUpdate
{
    /// <summary>The name of the process: random, without control characters, and never used again after it expired or left.</summary>
    public required string Process { get; init; }

    /// <summary>
    /// How many of its updates with users the store has recorded since the process is in the room: 0 for the first one, and again once it has no more users
    /// there. If the store has recorded another number, it refuses the update. So an update that is repeated, or that a failover lost, is noticed.
    /// </summary>
    public long Changes { get; init; }

    /// <summary>The ids of the users who enter. Those who are in this process already make no difference.</summary>
    public IReadOnlyList<string> Entering { get; init; } = [];

    /// <summary>The ids of the users who leave. Those who are not in this process make no difference.</summary>
    public IReadOnlyList<string> Leaving { get; init; } = [];

    /// <summary>For how long the process counts as running from now on, by the store's clock. Zero: it leaves, with all its users, whatever its changes.</summary>
    public required TimeSpan Expiry { get; init; }

    /// <summary>Up to how many present users each is reported: see <see cref="PresenceOptions.CoalesceAbove"/>.</summary>
    public int CoalesceAbove { get; init; } = 200;

    /// <summary>How often their number is reported beyond that: see <see cref="PresenceOptions.CoalesceInterval"/>.</summary>
    public TimeSpan CoalesceInterval { get; init; } = TimeSpan.FromSeconds(2);
}
