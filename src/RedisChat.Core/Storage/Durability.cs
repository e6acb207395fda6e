namespace RedisChat;

/// <summary>
/// How safely a message must be stored before its send returns: see <see cref="ChatOptions.Durability"/>. docs/guarantees.md lists what each level
/// can lose under which fault.
/// </summary>
public sealed record Durability
{
    /// <summary>The shortest time to wait for replicas or the disk.</summary>
    internal static readonly TimeSpan ShortestTimeout = TimeSpan.FromMilliseconds(1);

    /// <summary>How long to wait if a configuration names a level without a time: longer than <c>appendfsync everysec</c> takes.</summary>
    internal static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(2);

    /// <summary>The longest time to wait for replicas or the disk.</summary>
    internal static readonly TimeSpan LongestTimeout = TimeSpan.FromSeconds(30);

    private Durability(int replicas, bool isFsynced, TimeSpan timeout)
    {
        Replicas = replicas;
        IsFsynced = isFsynced;
        Timeout = timeout;
    }

    /// <summary>
    /// In the memory of the primary. A crash can lose what was not yet on disk, and a failover what the new primary had not received. The default,
    /// and the only level that does not wait.
    /// </summary>
    public static Durability Memory { get; } = new(0, false, TimeSpan.Zero);

    /// <summary>How many replicas must have received the message; 0 for the other levels.</summary>
    public int Replicas { get; }

    /// <summary>Whether the message must be on the primary's disk.</summary>
    public bool IsFsynced { get; }

    /// <summary>How long to wait for that after the message is stored.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>In the memory of the primary and of this many replicas (<c>WAIT</c>).</summary>
    /// <remarks>
    /// A failover loses no acknowledged message only if this counts <i>all</i> replicas of the primary, because a replica that has not received a message
    /// can become the new primary. While fewer are connected, sends fail with <see cref="ChatDurabilityException"/>, or, in a process that has never seen
    /// that many, with <see cref="ChatServerException"/> before anything is stored.
    /// </remarks>
    /// <param name="replicas">The number of replicas: at least 1.</param>
    /// <param name="timeout">How long to wait: 1 millisecond to 30 seconds.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public static Durability Replicated(int replicas, TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 1);
        CheckTimeout(timeout);
        return new Durability(replicas, false, timeout);
    }

    /// <summary>In the primary's append-only file, on disk (<c>WAITAOF</c>). Needs Redis 7.2 or later, or Valkey, with <c>appendonly yes</c>.</summary>
    /// <remarks>With <c>appendfsync everysec</c> this waits up to about a second; with <c>always</c> it only waits for the disk.</remarks>
    /// <param name="timeout">How long to wait: 1 millisecond to 30 seconds.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is out of its range.</exception>
    public static Durability Fsynced(TimeSpan timeout)
    {
        CheckTimeout(timeout);
        return new Durability(0, true, timeout);
    }

    /// <summary>The name of the level, and the number of replicas.</summary>
    public override string ToString() =>
        IsFsynced ? "Fsynced" : Replicas > 0 ? FormattableString.Invariant($"Replicated({Replicas})") : "Memory";

    private static void CheckTimeout(TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, ShortestTimeout);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeout, LongestTimeout);
    }
}
