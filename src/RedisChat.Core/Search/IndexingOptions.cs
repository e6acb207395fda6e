namespace RedisChat;

/// <summary>Which rooms <see cref="Chat.RunIndexAsync"/> indexes.</summary>
public sealed class IndexingOptions
{
    /// <summary>
    /// Names rooms to index besides those that <see cref="RoomDirectory.ListAsync"/> lists: rooms without settings, and rooms of two users, which no list has. Asked at the start and at every
    /// <see cref="DiscoveryInterval"/>. A room that does not exist is indexed once it does. <see langword="null"/>, the default, names none.
    /// </summary>
    public Func<CancellationToken, IAsyncEnumerable<string>>? Rooms { get; set; }

    /// <summary>How often to look for rooms that are new. Messages of a known room are indexed as they are sent.</summary>
    /// <value>10 seconds; 100 milliseconds to 1 day.</value>
    public TimeSpan DiscoveryInterval { get; set; } = TimeSpan.FromSeconds(10);

    internal IEnumerable<string?> Problems(string name) =>
        [OptionsProblems.InRange(name, nameof(DiscoveryInterval), DiscoveryInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1))];
}
