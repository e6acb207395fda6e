namespace RedisChat.IntegrationTests.Faults;

/// <summary>What a fault may take with it. Watchers who have seen it must be told of a gap then.</summary>
internal enum Loss
{
    /// <summary>Nothing. Then nobody is told of a gap.</summary>
    Nothing,

    /// <summary>Sends that were not acknowledged; also edits and deletions, which no level of durability is for.</summary>
    Unacknowledged,

    /// <summary>Anything, sends that were acknowledged included.</summary>
    Acknowledged,
}
