namespace RedisChat;

/// <summary>How fast the users of one room send: see <see cref="RuleSet.SlowMode"/> and <see cref="RuleSet.Flood"/>. Used under the room's lock.</summary>
internal sealed class InMemoryPaces
{
    private readonly Dictionary<string, Pace> _paces = [];

    /// <summary>How fast a user sends: the last send, and the time at which the flood allowance is full again.</summary>
    public readonly record struct Pace(DateTimeOffset Last, DateTimeOffset Full);

    /// <summary>A user's pace; <see langword="null"/> if the user has sent nothing that the room limits.</summary>
    public Pace? Of(string user) => _paces.TryGetValue(user, out var pace) ? pace : null;

    /// <summary>Records a user's pace.</summary>
    public void Set(string user, Pace pace) => _paces[user] = pace;

    /// <summary>Forgets a user; returns whether there was anything.</summary>
    public bool Forget(string user) => _paces.Remove(user);

    /// <summary>The pace after one more send. Throws if that is too early.</summary>
    /// <param name="rules">The limits.</param>
    /// <param name="pace">The pace before it.</param>
    /// <param name="now">When it is sent.</param>
    /// <param name="isFirst">Whether it is the user's first one in the same step.</param>
    public static Pace Next(RuleSet rules, Pace pace, DateTimeOffset now, bool isFirst)
    {
        if (rules.SlowMode > TimeSpan.Zero && pace.Last + rules.SlowMode > now && pace.Last <= now && pace.Last != default)
        {
            // A second message in the same send is too early however late the send is.
            throw Forbidden.Error(ForbiddenReason.SlowMode, isFirst ? pace.Last + rules.SlowMode - now : null);
        }

        if (rules.Flood is not { } flood)
        {
            return new Pace(now, now);
        }

        // The limits may have changed since.
        var full = pace.Full > now ? pace.Full : now;
        full = full > now + (flood.Burst * flood.Refill) ? now + (flood.Burst * flood.Refill) : full;
        var wait = full - now - ((flood.Burst - 1) * flood.Refill);
        return wait > TimeSpan.Zero ? throw Forbidden.Error(ForbiddenReason.FloodLimit, wait) : new Pace(now, full + flood.Refill);
    }
}
