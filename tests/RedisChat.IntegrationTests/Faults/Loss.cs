namespace RedisChat.IntegrationTests.Faults;

/// <summary>The data that a fault may lose. Watchers that have seen lost data must receive a gap.</summary>
internal enum Loss
{
    /// <summary>Nothing. No watcher receives a gap.</summary>
    Nothing,

    /// <summary>Unacknowledged sends; also edits and deletions, which no durability level covers.</summary>
    Unacknowledged,

    /// <summary>Anything, including acknowledged sends.</summary>
    Acknowledged,
}
