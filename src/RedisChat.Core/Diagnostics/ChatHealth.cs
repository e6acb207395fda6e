namespace RedisChat;

/// <summary>The result of a health check, which really runs each step: see <see cref="Chat.CheckHealthAsync(TimeSpan, CancellationToken)"/>.</summary>
/// <param name="Connection">Whether the store answers.</param>
/// <param name="Write">Whether the store accepts writes.</param>
/// <param name="Live">Whether a published event came back over a subscription.</param>
public sealed record ChatHealth(ChatHealthStep Connection, ChatHealthStep Write, ChatHealthStep Live)
{
    /// <summary>Whether everything works.</summary>
    public bool IsHealthy => Connection.Works && Write.Works && Live.Works;
}
