namespace RedisChat.Benchmarks.Life;

/// <summary>How large a run is.</summary>
/// <param name="Messages">The plain messages of all rooms together. Features and senders add more.</param>
/// <param name="Rooms">The rooms.</param>
/// <param name="Senders">The users who send in the background during each phase.</param>
internal sealed record LifeScale(int Messages, int Rooms, int Senders)
{
    /// <summary>The pause of a sender after each message.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How many marker words are hidden in encrypted rooms.</summary>
    public int Words { get; init; } = 1000;

    /// <summary>How many of the newest messages of a room stay in Redis when it is archived.</summary>
    public int Kept { get; init; } = 128;

    /// <summary>Whether the tool prepares the rooms for their archive itself, which takes six minutes; otherwise they are marked as prepared long ago.</summary>
    public bool Prepares { get; init; }

    /// <summary>The phases to run, in their order; all if omitted.</summary>
    public IReadOnlyList<string>? Phases { get; init; }

    /// <summary>Which random numbers the run draws.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The plain messages of each room.</summary>
    public int Bulk => Messages / Rooms;
}
