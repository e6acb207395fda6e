namespace RedisChat.Redis;

/// <summary>A feature that checks the watched rooms that use it each time they are probed.</summary>
internal interface IProbedFeature
{
    /// <summary>The feature's letter in the room's field <c>uses</c>.</summary>
    char Letter { get; }

    /// <summary>Called when a probe found that a watched room uses the feature. Must return at once, and not throw.</summary>
    void Probed(string room);
}
