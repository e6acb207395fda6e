using System.ComponentModel;

namespace RedisChat;

/// <summary>Settings of presence and typing: see <see cref="ChatOptions.Presence"/>. All processes that share rooms should use the same settings.</summary>
[TypeConverter(typeof(SectionOnlyConverter))]
public sealed class PresenceOptions
{
    /// <summary>
    /// After how long the users of a process that was killed, or that cannot reach the store, are no longer present. A process sends three heartbeats in this
    /// time for each room that it has users in.
    /// </summary>
    /// <value>30 seconds; 1 second to 10 minutes.</value>
    public TimeSpan Expiry { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Up to how many present users watchers receive <see cref="RoomEvent.Entered"/> and <see cref="RoomEvent.Left"/> for each. In a room with more users they
    /// receive <see cref="RoomEvent.PresenceChanged"/> instead.
    /// </summary>
    /// <value>200; 0 to 100,000.</value>
    public int CoalesceAbove { get; set; } = 200;

    /// <summary>The least time between two <see cref="RoomEvent.PresenceChanged"/> in a room.</summary>
    /// <value>2 seconds; 100 milliseconds to 1 minute.</value>
    public TimeSpan CoalesceInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often this process reports at most that the same user is typing in the same room. Calls in between do nothing.</summary>
    /// <value>3 seconds; 100 milliseconds to 1 minute.</value>
    public TimeSpan TypingInterval { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>For how long <see cref="RoomEvent.Typing"/> is valid. Must be longer than <see cref="TypingInterval"/>, or the display flickers.</summary>
    /// <value>6 seconds; more than <see cref="TypingInterval"/>, up to 5 minutes.</value>
    public TimeSpan TypingDuration { get; set; } = TimeSpan.FromSeconds(6);

    /// <summary>A sentence for each bad value.</summary>
    internal IEnumerable<string?> Problems(string owner)
    {
        yield return OptionsProblems.InRange(owner, nameof(Expiry), Expiry, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        yield return OptionsProblems.InRange(owner, nameof(CoalesceAbove), CoalesceAbove, 0, 100_000);
        yield return OptionsProblems.InRange(owner, nameof(CoalesceInterval), CoalesceInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        yield return OptionsProblems.InRange(owner, nameof(TypingInterval), TypingInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        yield return TypingDuration > TypingInterval && TypingDuration <= TimeSpan.FromMinutes(5)
            ? null
            : $"{owner}.{nameof(TypingDuration)} is {TypingDuration}; it must be more than {nameof(TypingInterval)} ({TypingInterval}), and at most {TimeSpan.FromMinutes(5)}.";
    }
}
