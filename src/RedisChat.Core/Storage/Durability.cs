namespace RedisChat;

/// <summary>
/// How far a message must have got before a send returns: see <see cref="ChatOptions.Durability"/>. docs/guarantees.md tells what each level
/// loses under which fault.
/// </summary>
public sealed record Durability
{
    /// <summary>The longest time that may be waited for replicas or the disk.</summary>
    internal static readonly TimeSpan LongestTimeout = TimeSpan.FromSeconds(30);

    private Durability(int replicas, bool isFsynced, TimeSpan timeout)
    {
        Replicas = replicas;
        IsFsynced = isFsynced;
        Timeout = timeout;
    }

    /// <summary>
    /// In the memory of the primary, which is as durable as that Redis: a crash can lose what was not written to disk, a fail-over what
    /// the new primary had not received. The default, and the only level that costs no waiting.
    /// </summary>
    public static Durability Memory { get; } = new(0, false, TimeSpan.Zero);

    /// <summary>How many replicas must have received the message; 0 for the other levels.</summary>
    public int Replicas { get; }

    /// <summary>Whether the message must be on the primary's disk.</summary>
    public bool IsFsynced { get; }

    /// <summary>How long to wait for that, after the message was stored.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>In the memory of the primary and of some of its replicas (<c>WAIT</c>).</summary>
    /// <remarks>
    /// A fail-over loses nothing acknowledged only if this names <i>all</i> replicas that the primary has: one that has not received a message can be
    /// chosen as the new primary. While fewer are connected, sends fail with <see cref="ChatDurabilityException"/>; in a process that has not seen
    /// that many yet, with <see cref="ChatServerException"/>, before anything is stored.
    /// </remarks>
    /// <param name="replicas">How many: at least 1.</param>
    /// <param name="timeout">How long to wait: 1 millisecond to 30 seconds.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public static Durability Replicated(int replicas, TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 1);
        CheckTimeout(timeout);
        return new Durability(replicas, false, timeout);
    }

    /// <summary>In the primary's append-only file, on disk (<c>WAITAOF</c>). Needs Redis 7.2 or later, or Valkey, with <c>appendonly yes</c>.</summary>
    /// <remarks>With <c>appendfsync everysec</c> this waits for up to about a second; with <c>always</c> for nothing more than the disk.</remarks>
    /// <param name="timeout">How long to wait: 1 millisecond to 30 seconds.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is out of its range.</exception>
    public static Durability Fsynced(TimeSpan timeout)
    {
        CheckTimeout(timeout);
        return new Durability(0, true, timeout);
    }

    /// <summary>The level in words.</summary>
    public override string ToString() =>
        IsFsynced ? "Fsynced" : Replicas > 0 ? FormattableString.Invariant($"Replicated({Replicas})") : "Memory";

    private static void CheckTimeout(TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.FromMilliseconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeout, LongestTimeout);
    }
}
