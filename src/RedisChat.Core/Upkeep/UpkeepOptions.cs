namespace RedisChat;

/// <summary>Settings of the upkeep of rooms: see <see cref="Chat.RunUpkeepAsync"/>.</summary>
public sealed class UpkeepOptions
{
    /// <summary>How often <see cref="Chat.RunUpkeepAsync"/> asks the store for rooms that need work. Work that another process adds may wait this long.</summary>
    /// <value>5 seconds; 100 milliseconds to 10 minutes.</value>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a process may work on one room before it hands the room back. It then continues after the other rooms that wait; if the process dies, another one continues after this time.
    /// </summary>
    /// <value>1 minute; 1 second to 1 hour.</value>
    public TimeSpan Lease { get; set; } = TimeSpan.FromMinutes(1);

    internal IEnumerable<string?> Problems(string name) =>
    [
        OptionsProblems.InRange(name, nameof(PollInterval), PollInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)),
        OptionsProblems.InRange(name, nameof(Lease), Lease, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
    ];
}
